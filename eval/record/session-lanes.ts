/** Units of work in each lane: four times the same code, then slowdowns of 2, 3, 5, 10 and 20 %. */
export const lanes = [100, 100, 100, 100, 102, 103, 105, 110, 120] as const

import { defineConfig } from 'vitest/config'
import { verdict } from '../../../../plugin/index.ts'

export default defineConfig({ plugins: [verdict()], test: { benchmark: { include: ['*.bench.ts'] } } })

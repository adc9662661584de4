import { defineConfig } from 'vitest/config'
import { verdict } from 'vitest-verdict'

export default defineConfig({ plugins: [verdict()] })

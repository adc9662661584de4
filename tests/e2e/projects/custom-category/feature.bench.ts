import { test } from 'vitest'

test('a feature of their own', async ({ bench }) => {
  await bench('custom_feature_x', { category: 'custom_feature' }, () => Math.hypot(1, 2, 3)).run()
})

test('the feature under load', async ({ bench }) => {
  await bench(
    'custom_feature_load',
    { category: 'custom_feature', load: { requests: 40 } },
    () => new Promise((resolve) => setImmediate(resolve)),
  ).run()
})

test('needs more than there is', ({ skip }) => {
  skip('needs a database, which this machine lacks')
})

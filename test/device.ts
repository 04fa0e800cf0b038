/** Whether the tests are run on a GPU, by `BACKEND=cuda npm test`. */
export const onGpu = process.env['BACKEND'] === 'cuda';

import { interrupt } from 'unrolled-core';
import { isKernel } from './kernel';

// Jupyter interrupts a kernel by SIGINT, at which tslab gives the cell up, but not what the cell had begun.
if (isKernel()) process.on('SIGINT', interrupt);

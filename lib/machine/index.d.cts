export { dataFolder } from './dataFolder.cjs';
export { isRunning } from './running.cjs';
export { pythonEnvironment, type PythonEnvironment } from './pythonEnvironment.cjs';
export { writeWhole } from './writeWhole.cjs';

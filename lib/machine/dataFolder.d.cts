/**
 * The folder that data is read from and downloaded to: data/cache, or the one that the environment variable
 * UNROLLED_DATA names; a relative path starts at the project's folder.
 */
export function dataFolder(env: NodeJS.ProcessEnv): string;

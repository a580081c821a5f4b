/** Kept equal to package.json by a test: a bundle of one file has no package.json beside it. */
export const pilotVersion = '0.1.0';

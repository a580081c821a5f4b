/** By its own door: options are read, and mistyped ones refused, before the contract is loaded. */
export { didYouMean, hint } from '@diraclab/contract/hint';

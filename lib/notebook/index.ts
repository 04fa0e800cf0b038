import './interrupts';
export {
  claim,
  claims,
  type Claim,
  type ClaimRecord,
  type Judged,
  type PairedExpectation,
} from './claim';
export { closingTable, type ClosingRow } from './closingTable';
export { netTable } from './netTable';
export { progress, type Progress } from './progress';
export { reportSetup, type Setup } from './reportSetup';
export { show } from './show';

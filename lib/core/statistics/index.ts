export { approach, type Approach } from './approach';
export { autocorrelation } from './autocorrelation';
export type { Bounds } from './bounds';
export { countScore, type CountScore } from './countScore';
export { largestJump } from './largestJump';
export { kendall, spearman, type RankCorrelation } from './rankCorrelation';
export { pValue } from './significance';
export { summarise, type Summary } from './summary';
export {
  judge,
  passes,
  sides,
  type Expectation,
  type Rule,
  type Side,
  type Verdict,
} from './verdict';

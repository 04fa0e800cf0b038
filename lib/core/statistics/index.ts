export { approach, type Approach } from './approach';
export type { Bounds } from './bounds';
export { kendall, spearman, type RankCorrelation } from './rankCorrelation';
export { pValue } from './significance';
export { summarise, type Summary } from './summary';
export { judge, passes, type Expectation, type Rule, type Verdict } from './verdict';

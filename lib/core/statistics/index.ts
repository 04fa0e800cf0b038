export { countScore, type CountScore } from './countScore';
export { largestJump } from './largestJump';
export { kendall, spearman, type RankCorrelation } from './rankCorrelation';
export { summarise, type Summary } from './summary';
export { judge, passes, type Expectation, type Rule, type Verdict } from './verdict';

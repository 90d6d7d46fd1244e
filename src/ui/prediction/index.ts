export type { PredictMode } from './pace.ts';
export { Prediction } from './prediction.ts';
export type { Predictor } from './predictor.ts';

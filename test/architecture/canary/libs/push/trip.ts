import { round } from './round.js';

export const trip = (): string => round();

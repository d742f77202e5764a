import { sep } from 'node:path';
import { kernel } from '#libs/kernel';

export const reached = kernel + sep;

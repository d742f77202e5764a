export const stray = 'stray';

export const authorization = 'authorization';

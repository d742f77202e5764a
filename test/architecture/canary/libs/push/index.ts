export const push = 'push';

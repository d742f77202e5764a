/** Nest token of this process's id. */
export const GATEWAY_ID = Symbol('GatewayId');

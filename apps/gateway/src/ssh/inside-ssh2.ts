/** What ssh2 keeps to itself. @throws Error when this version of ssh2 has no such thing */
export function insideOf(target: object, name: string): object {
  const value: unknown = Reflect.get(target, name);
  if (!(value instanceof Object)) throw new Error(`ssh2 has no ${name}`);
  return value;
}

/** Calls what ssh2 keeps to itself. @throws Error when this version of ssh2 has no such thing */
export function callInside(target: object, name: string, ...values: unknown[]): unknown {
  const method: unknown = Reflect.get(target, name);
  if (!(method instanceof Function)) throw new Error(`ssh2 has no ${name}`);
  return Reflect.apply(method, target, values);
}

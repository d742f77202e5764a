/**
 * What of a draft is not as it was when the form was filled. Only that is sent: whatever somebody else changed meanwhile
 * stays as they left it.
 */
export function changedFields<Draft extends object>(before: Draft, now: Draft): Partial<Draft> {
  const changed: Partial<Draft> = { ...now };
  for (const name in now) {
    if (JSON.stringify(before[name]) === JSON.stringify(now[name])) Reflect.deleteProperty(changed, name);
  }
  return changed;
}

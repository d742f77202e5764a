/** The fewest characters of a password: code points, as NIST SP 800-63B counts them. */
export const PASSWORD_MIN = 12;

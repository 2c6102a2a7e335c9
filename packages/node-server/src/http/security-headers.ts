/** On every answer: name and value in turn. They keep browsers from guessing, framing and storing. */
export const SECURITY_HEADERS: readonly string[] = [
  "x-content-type-options",
  "nosniff",
  "cache-control",
  "no-store",
  "content-security-policy",
  "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy",
  "no-referrer",
];

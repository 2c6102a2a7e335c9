// Times between the wire (RFC 3339) and the log (milliseconds).

const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * RFC 3339 date-time → milliseconds since 1970, or undefined where the text is none, names a day or time that
 * does not exist, or lies before 1970. Fractions of a millisecond are dropped.
 */
export function timeFromWire(text: string): number | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = "",
    sign,
    offsetHour = "0",
    offsetMinute = "0",
  ] = match;
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [oh, om] = [Number(offsetHour), Number(offsetMinute)];
  if (mo < 1 || mo > 12 || d < 1 || h > 23 || mi > 59 || s > 59 || oh > 23 || om > 59) return undefined;
  const date = new Date(Date.UTC(2000, mo - 1, 1));
  date.setUTCFullYear(y, mo - 1, d);
  if (date.getUTCMonth() !== mo - 1 || date.getUTCDate() !== d) return undefined;
  const local =
    date.getTime() + ((h * 60 + mi) * 60 + s) * 1000 + Number(fraction.padEnd(3, "0").slice(0, 3));
  const offset = (oh * 60 + om) * 60_000;
  const utc = sign === "-" ? local + offset : local - offset;
  return utc >= 0 ? utc : undefined;
}

let lastMillis = 0;
let lastText = new Date(lastMillis).toISOString();

/** Milliseconds since 1970 → RFC 3339 in UTC. Entries of one write have one time, so that the last text often serves. */
export function timeToWire(millis: number): string {
  if (millis !== lastMillis) {
    lastText = new Date(millis).toISOString();
    lastMillis = millis;
  }
  return lastText;
}

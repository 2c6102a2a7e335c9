// Every English word the page says, by who reads it. Another language is another folder of this shape.
import { admins } from "./strings/admins.ts";
import { bettors } from "./strings/bettors.ts";
import { frame } from "./strings/frame.ts";
import { operators } from "./strings/operators.ts";

export { problemText, settledNotice } from "./strings/problems.ts";

export const strings = { ...frame, ...bettors, ...admins, ...operators } as const;

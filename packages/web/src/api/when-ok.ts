import type { Answer } from "@quorumbook/client";

/** Takes the value of a read whose failure changes nothing on the screen: what was there stays. */
export async function whenOk<Value>(
  pending: Promise<Answer<Value>>,
  take: (value: Value, index: number) => void,
): Promise<void> {
  const answer = await pending;
  if (answer.ok) take(answer.value, answer.index);
}

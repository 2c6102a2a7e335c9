import type { NatsServerSpec } from "./server-command.ts";

const ANSWER_MS = 1_500;

/** What `/jsz?streams=true` tells, as far as it is used here. */
interface JetStreamReport {
  readonly account_details?: readonly {
    readonly stream_detail?: readonly { readonly cluster?: { readonly leader?: string } }[];
  }[];
}

/** The name of the server that leads the book's stream, as the first one says that answers; undefined while none does. */
export async function streamLeader(
  servers: readonly Pick<NatsServerSpec, "host" | "monitorPort">[],
): Promise<string | undefined> {
  for (const { host, monitorPort } of servers) {
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const answer = await fetch(`http://${host}:${monitorPort}/jsz?streams=true`, { signal });
      const report = (await answer.json()) as JetStreamReport;
      const streams = (report.account_details ?? []).flatMap((account) => account.stream_detail ?? []);
      const leader = streams[0]?.cluster?.leader;
      if (leader !== undefined && leader !== "") return leader;
    } catch {
      // Down, or on its way: another one knows as well.
      continue;
    }
  }
  return undefined;
}

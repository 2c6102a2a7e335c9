import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { demo, notices } from "../client.ts";
import { formatCount } from "../format/number.ts";
import type { DemoAction, DemoFigures, DemoNode } from "../stores/demo-state.ts";
import { strings } from "../strings.ts";
import { LatencyChart } from "./latency-chart.tsx";
import { BusyButton } from "./busy-button.tsx";

/** Follows the demonstration while the page shows it. */
export function useDemo(isOperator: boolean): void {
  useEffect(() => {
    if (!isOperator) return undefined;
    const leaving = new AbortController();
    void demo.follow(leaving.signal);
    return () => leaving.abort();
  }, [isOperator]);
}

/** Live counters of the bettors who bet meanwhile; there only where the system was started as a demonstration. */
export function DemoPanel() {
  const state = demo.state.value;
  const busy = useSignal(false);
  if (!state) return null;
  const words = strings.demo;
  const { load } = state;
  const toggle = async (): Promise<void> => {
    busy.value = true;
    if (!(await demo.setLoad(!load.running))) notices.show("bad", words.failed);
    busy.value = false;
  };
  return (
    <section class="panel demo" data-testid="demo">
      <div class="panel-head">
        <h2>{words.title}</h2>
        <BusyButton
          type="button"
          class="button small primary"
          isBusy={busy.value}
          onClick={() => void toggle()}
        >
          {load.running ? words.stop : words.start}
        </BusyButton>
      </div>
      <p class="quiet">{words.intro}</p>
      <Figures load={load} />
      <LatencyChart />
    </section>
  );
}

function Figures({ load }: { load: DemoFigures }) {
  const words = strings.demo;
  const shown: [string, string, string][] = [
    ["accepted-per-s", words.acceptedPerSecond, formatCount(load.acceptedPerSecond)],
    ["accepted", words.accepted, formatCount(load.accepted)],
    ["in-flight", words.inFlight, formatCount(load.inFlight)],
    ["unknown", words.unknown, `${formatCount(load.unknown)} → ${formatCount(load.resolved)}`],
    ["lost", words.lost, formatCount(load.lost)],
    ["doubled", words.doubled, formatCount(load.doubled)],
    ["checked", words.checked, formatCount(load.checked)],
  ];
  return (
    <dl class="figures">
      {shown.map(([id, name, value]) => (
        <div key={id}>
          <dt>{name}</dt>
          <dd
            class={(id === "lost" || id === "doubled") && value !== "0" ? "figure loss" : "figure"}
            data-testid={`demo-${id}`}
          >
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What may be done to a node in its state. */
const ALLOWED: Record<DemoNode["state"], readonly DemoAction[]> = {
  up: ["kill", "pause", "restart"],
  paused: ["resume", "kill"],
  waiting: ["restart"],
  down: ["restart"],
};

/** Buttons that break a node and mend it. */
export function DemoActions({ nodeId }: { nodeId: string }) {
  const busy = useSignal(false);
  const node = demo.state.value?.nodes.find(({ name }) => name === nodeId);
  if (!node) return null;
  const act = async (action: DemoAction): Promise<void> => {
    busy.value = true;
    const { ok, text } = await demo.act(nodeId, action);
    busy.value = false;
    notices.show(ok ? "plain" : "bad", text === "" ? strings.demo.failed : text);
  };
  return (
    <p class="button-row" data-testid={`demo-${nodeId}`} data-state={node.state}>
      {ALLOWED[node.state].map((action) => (
        <BusyButton
          key={action}
          type="button"
          class={action === "kill" ? "button small danger" : "button small"}
          isBusy={busy.value}
          onClick={() => void act(action)}
        >
          {strings.demo.actions[action]}
        </BusyButton>
      ))}
    </p>
  );
}

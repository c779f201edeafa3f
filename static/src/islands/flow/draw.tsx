/** The heavy half of <ma-flow-canvas>: React and the canvas, loaded when a flow is first seen. */
import {
  Background,
  Controls,
  type Edge,
  Handle,
  MiniMap,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  type ReactFlowInstance,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { createRoot } from "react-dom/client";
import { type Counts, type Graph, knownEdges, NODE_HEIGHT, NODE_WIDTH, placesOf, type Step } from "./layout";

export type Words = Record<
  "waiting" | "entered" | "failed" | "zoomIn" | "zoomOut" | "fit" | "controls" | "map" | "choose",
  string
>;

type StepNode = Node<{ step: Step; counts: Counts; words: Words }, "step">;

const TONES: Record<string, string> = {
  trigger: "brand",
  send_email: "info",
  branch: "warn",
  wait_for: "warn",
  notify: "hot",
  end: "neutral",
};

function StepCard({ data }: NodeProps<StepNode>) {
  const { step, counts, words } = data;
  return (
    <div className="flow-node">
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <div className="flow-node-head">
        <span className={`flow-node-icon tone-${step.tone ?? TONES[step.type] ?? "neutral"}`}>
          <svg className="icon icon-16" viewBox="0 0 24 24" aria-hidden="true">
            <use href={`#i-${step.icon ?? "flow"}`} />
          </svg>
        </span>
        <span className="flow-node-text">
          <span className="flow-node-title">{step.title}</span>
          {step.text ? <span className="flow-node-sub">{step.text}</span> : null}
        </span>
      </div>
      <CountLine counts={counts} words={words} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}

function CountLine({ counts, words }: { counts: Counts; words: Words }) {
  const number = new Intl.NumberFormat(document.documentElement.lang || "ja");
  return (
    <div className="flow-node-counts">
      <span>
        {words.waiting} <b>{number.format(counts.waiting ?? 0)}</b>
      </span>
      {counts.failed ? (
        <span className="failed">
          {words.failed} <b>{number.format(counts.failed)}</b>
        </span>
      ) : null}
      <span>
        {words.entered} <b>{number.format(counts.entered ?? 0)}</b>
      </span>
    </div>
  );
}

const NODE_TYPES = { step: StepCard };

function nodesOf(graph: Graph, words: Words): StepNode[] {
  const places = placesOf(graph);
  return Object.entries(graph.steps).map(([id, step]) => ({
    id,
    type: "step",
    position: places[id] ?? { x: 0, y: 0 },
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
    ariaLabel: step.title,
    data: { step, counts: graph.counts?.[id] ?? {}, words },
  }));
}

/** Room for the whole flow at its own size, within what the style sheet allows. */
function heightOf(graph: Graph): number {
  const lowest = Math.max(0, ...Object.values(placesOf(graph)).map((place) => place.y));
  return Math.max(lowest + NODE_HEIGHT + 80, 420);
}

function edgesOf(graph: Graph): Edge[] {
  return knownEdges(graph).map((edge, at) => ({
    id: `${edge.from}-${edge.to}-${at}`,
    source: edge.from,
    target: edge.to,
    type: "smoothstep",
    focusable: false,
    ariaLabel: `${graph.steps[edge.from]?.title ?? ""} → ${graph.steps[edge.to]?.title ?? ""}`,
    ...(edge.label ? { label: edge.label } : {}),
  }));
}

/** A flow on the page. */
export interface Drawing {
  /** Show these numbers; steps stay where they are, and so does the view. */
  update(counts: Record<string, Counts>): void;
  remove(): void;
}

/** Show `graph` in `place`; calls `onSelect` with the id of the step someone chose. */
export function draw(
  place: HTMLElement,
  graph: Graph,
  words: Words,
  onSelect: (id: string) => void,
): Drawing {
  place.style.height = `${heightOf(graph)}px`;
  const root = createRoot(place);
  let canvas: ReactFlowInstance<StepNode> | null = null;
  root.render(
    <ReactFlow<StepNode>
      onInit={(instance) => {
        canvas = instance;
      }}
      defaultNodes={nodesOf(graph, words)}
      defaultEdges={edgesOf(graph)}
      nodeTypes={NODE_TYPES}
      nodesDraggable={false}
      nodesConnectable={false}
      deleteKeyCode={null}
      fitView
      fitViewOptions={{ maxZoom: 1, padding: 0.12 }}
      minZoom={0.2}
      maxZoom={1.6}
      preventScrolling={false}
      onNodeClick={(_, node) => onSelect(node.id)}
      onSelectionChange={({ nodes }) => nodes[0] && onSelect(nodes[0].id)}
      ariaLabelConfig={{
        "node.a11yDescription.default": words.choose,
        "node.a11yDescription.keyboardDisabled": words.choose,
        "edge.a11yDescription.default": "",
        "controls.ariaLabel": words.controls,
        "minimap.ariaLabel": words.map,
        "controls.zoomIn.ariaLabel": words.zoomIn,
        "controls.zoomOut.ariaLabel": words.zoomOut,
        "controls.fitView.ariaLabel": words.fit,
      }}
    >
      <Background gap={20} size={1} />
      <Controls showInteractive={false} />
      <MiniMap pannable zoomable />
    </ReactFlow>,
  );
  return {
    update(counts) {
      canvas?.setNodes((nodes) =>
        nodes.map((node) => ({ ...node, data: { ...node.data, counts: counts[node.id] ?? {} } })),
      );
    },
    remove: () => root.unmount(),
  };
}

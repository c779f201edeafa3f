/** Where the steps of a flow stand: top down, branches side by side. Pure. */
import dagre from "@dagrejs/dagre";

export interface Step {
  type: string;
  icon?: string;
  tone?: string;
  title: string;
  text?: string;
  panel?: string;
}

export interface Counts {
  waiting?: number;
  entered?: number;
  left?: number;
  failed?: number;
  skipped?: number;
}

export interface Graph {
  start: string;
  steps: Record<string, Step>;
  edges: { from: string; to: string; label?: string }[];
  counts?: Record<string, Counts>;
}

export interface Place {
  x: number;
  y: number;
}

export const NODE_WIDTH = 240;
export const NODE_HEIGHT = 84;

/** Top left corner of every step; edges to steps that do not exist are left out. */
export function placesOf(graph: Graph): Record<string, Place> {
  const drawing = new dagre.graphlib.Graph({ multigraph: true });
  drawing.setGraph({ rankdir: "TB", nodesep: 40, ranksep: 48, marginx: 16, marginy: 16 });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const id of Object.keys(graph.steps)) drawing.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  // Two branches may lead to the same step: the number keeps their edges apart.
  for (const [at, edge] of knownEdges(graph).entries()) drawing.setEdge(edge.from, edge.to, {}, String(at));
  dagre.layout(drawing);
  return Object.fromEntries(
    Object.keys(graph.steps).map((id) => {
      const node = drawing.node(id);
      return [id, { x: (node.x ?? 0) - NODE_WIDTH / 2, y: (node.y ?? 0) - NODE_HEIGHT / 2 }];
    }),
  );
}

export function knownEdges(graph: Graph): Graph["edges"] {
  return graph.edges.filter((edge) => edge.from in graph.steps && edge.to in graph.steps);
}

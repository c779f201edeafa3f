/** A group of conditions: all or any of them, nested, moved by drag or by keys. */
import { type DragEvent, type KeyboardEvent, type ReactNode, useState } from "react";
import { useShared, useTexts } from "./context";
import { Icon } from "./Icon";
import { MemberLine } from "./member";
import { type Group, type Item, newAccount, newDid, newGroup, newMember, newTest } from "./model";
import { type Direction, duplicate, edit, insert, move, remove, step } from "./moves";
import { Picker } from "./Picker";
import { DidLine, DidParts, TestLine } from "./rows";
import type { Scope } from "./words";

const DRAGGED = "application/x-ma-condition";

interface GroupProps {
  group: Group;
  scope: Scope;
  depth: number;
}

/** `owner`: the group says itself whom it is about. */
export function GroupView({ group, scope, depth, owner = false }: GroupProps & { owner?: boolean }) {
  const { change } = useShared();
  const texts = useTexts();
  const modes = [
    { key: "all", label: texts.all ?? "" },
    { key: "any", label: texts.any ?? "" },
  ];
  const choose = (mode: string): void =>
    change((root) => edit(root, group.id, () => ({ ...group, mode: mode === "any" ? "any" : "all" })));
  return (
    <div className="cb-group" data-scope={scope} data-depth={depth % 3}>
      <div className="cb-group-head">
        {scope === "event" ? <span className="cb-plain">{texts.where}</span> : null}
        {scope === "colleague" && owner ? <span className="cb-plain">{texts.account}</span> : null}
        <Picker
          tone="plain"
          label={texts.group ?? ""}
          options={modes}
          chosen={[group.mode]}
          onChoose={choose}
        />
      </div>
      <ol className="cb-nodes">
        {group.nodes.map((item, at) => (
          <li key={item.id}>
            <Slot group={group} at={at} />
            {at > 0 ? <span className="cb-join">{texts[group.mode === "all" ? "and" : "or"]}</span> : null}
            <ItemView item={item} scope={scope} depth={depth + 1} />
          </li>
        ))}
      </ol>
      <Slot group={group} at={group.nodes.length} />
      <AddMenu group={group} scope={scope} depth={depth} />
    </div>
  );
}

/** Where a dragged condition may be dropped. */
function Slot({ group, at }: { group: Group; at: number }) {
  const { change, say } = useShared();
  const texts = useTexts();
  const [over, setOver] = useState(false);
  const fits = (event: DragEvent): boolean => event.dataTransfer.types.includes(DRAGGED);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse only; keys move items by their handles
    <div
      className="cb-slot"
      data-over={over ? "" : undefined}
      data-slot={`${group.id}:${at}`}
      onDragOver={(event) => {
        if (!fits(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        const id = event.dataTransfer.getData(DRAGGED);
        event.preventDefault();
        setOver(false);
        change((root) => move(root, id, group.id, at), id);
        say(texts.moved ?? "");
      }}
    />
  );
}

function ItemView({ item, scope, depth }: { item: Item; scope: Scope; depth: number }) {
  const { change, problems } = useShared();
  const put = (changed: Item): void => change((root) => edit(root, item.id, () => changed));
  const problem = problems[item.id];
  if (item.kind === "group") {
    return (
      <Frame item={item} scope={scope} problem={problem} wide>
        <GroupView group={item} scope={scope} depth={depth} />
      </Frame>
    );
  }
  if (item.kind === "account") {
    return (
      <Frame item={item} scope={scope} problem={problem} wide>
        <GroupView group={item.group} scope="colleague" depth={depth} owner />
      </Frame>
    );
  }
  return (
    <Frame
      item={item}
      scope={scope}
      problem={problem}
      below={item.kind === "did" ? <DidParts did={item} put={put} /> : null}
    >
      {item.kind === "test" ? <TestLine test={item} scope={scope} put={put} /> : null}
      {item.kind === "did" ? <DidLine did={item} put={put} /> : null}
      {item.kind === "member" ? <MemberLine member={item} put={put} /> : null}
    </Frame>
  );
}

interface FrameProps {
  item: Item;
  scope: Scope;
  problem: string | undefined;
  wide?: boolean;
  below?: ReactNode;
  children: ReactNode;
}

function Frame({ item, scope, problem, wide = false, below = null, children }: FrameProps) {
  const { counts } = useShared();
  const texts = useTexts();
  const count = counts[item.id];
  const alone = scope === "event" ? texts.counted_alone : undefined;
  return (
    <div className="cb-item" data-kind={item.kind} data-item={item.id} data-wrong={problem ? "" : undefined}>
      <Handle item={item} />
      <div className="cb-body">
        {item.not ? <span className="cb-not">{texts.negated}</span> : null}
        {wide ? children : <div className="cb-line">{children}</div>}
        {below}
        {problem ? (
          <p className="cb-problem" role="alert">
            <Icon name="warning" />
            {problem}
          </p>
        ) : null}
      </div>
      <span className="cb-count" title={count === undefined ? undefined : alone}>
        {count === undefined ? "" : number(count)}
      </span>
      <Actions item={item} />
    </div>
  );
}

export function number(count: number): string {
  return new Intl.NumberFormat(document.documentElement.lang || "ja").format(count);
}

const KEYS: Record<string, Direction> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "out",
  ArrowRight: "in",
};

/** Takes hold of an item: by mouse to drag it, by Alt and arrow keys to move it, by Delete to remove it. */
function Handle({ item }: { item: Item }) {
  const { change, say } = useShared();
  const texts = useTexts();
  const onKey = (event: KeyboardEvent): void => {
    const direction = event.altKey ? KEYS[event.key] : undefined;
    const gone = event.key === "Delete" || event.key === "Backspace";
    if (!direction && !gone) return;
    event.preventDefault();
    if (direction) change((root) => step(root, item.id, direction), item.id);
    else change((root) => remove(root, item.id));
    say((gone ? texts.removed : texts.moved) ?? "");
  };
  return (
    <button
      type="button"
      className="cb-handle"
      draggable
      data-handle={item.id}
      aria-label={`${texts.drag}. ${texts.keys}`}
      title={`${texts.drag}. ${texts.keys}`}
      onKeyDown={onKey}
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAGGED, item.id);
        event.dataTransfer.effectAllowed = "move";
        const card = event.currentTarget.closest<HTMLElement>(".cb-item");
        if (card) event.dataTransfer.setDragImage(card, 8, 8);
        const frame = event.currentTarget.closest(".cb");
        // A page that changes while a drag begins makes Chromium give the drag up.
        setTimeout(() => frame?.setAttribute("data-dragging", ""));
      }}
      onDragEnd={(event) =>
        event.currentTarget.ownerDocument
          .querySelector(".cb[data-dragging]")
          ?.removeAttribute("data-dragging")
      }
    >
      <Icon name="grid" />
    </button>
  );
}

function Actions({ item }: { item: Item }) {
  const { change, say } = useShared();
  const texts = useTexts();
  const options = ["not", "up", "down", "in", "out", "duplicate", "remove"].map((key) => ({
    key,
    label: texts[{ in: "inward", out: "outward" }[key] ?? key] ?? key,
  }));
  const act = (key: string): void => {
    if (key === "not") change((root) => edit(root, item.id, (one) => ({ ...one, not: !one.not })));
    else if (key === "remove") change((root) => remove(root, item.id));
    else if (key === "duplicate") change((root) => duplicate(root, item.id));
    else change((root) => step(root, item.id, key as Direction), item.id);
    if (key === "remove") say(texts.removed ?? "");
  };
  return (
    <Picker
      bare
      tone="plain"
      label={texts.actions ?? ""}
      options={options}
      chosen={[]}
      shown={<Icon name="more" size={20} />}
      onChoose={act}
    />
  );
}

function AddMenu({ group, scope, depth }: GroupProps) {
  const { words, change } = useShared();
  const texts = useTexts();
  const kinds: [string, boolean, () => Item][] = [
    ["add_field", true, () => newTest()],
    ["add_event", scope !== "event" && words.events.length > 0, () => newDid()],
    ["add_segment", scope !== "event" && words.segments.length > 0, () => newMember("segment")],
    ["add_flow", scope !== "event" && words.flows.length > 0, () => newMember("flow")],
    ["add_account", scope === "lead" && depth < 5, () => newAccount()],
    ["add_group", depth < 5, () => newGroup([newTest()], group.mode === "all" ? "any" : "all")],
  ];
  const offered = kinds.filter(([, fits]) => fits);
  return (
    <div className="cb-add">
      {offered.map(([key, , make]) => (
        <button
          key={key}
          type="button"
          className="button button-quiet button-sm"
          onClick={() => {
            const item = make();
            change((root) => insert(root, group.id, group.nodes.length, item), `${item.id}:first`);
          }}
        >
          <Icon name="plus" />
          {texts[key]}
        </button>
      ))}
    </div>
  );
}

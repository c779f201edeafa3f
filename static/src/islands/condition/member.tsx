/** A membership as a line one can read: in a segment, or where in a flow. */
import { useShared, useTexts } from "./context";
import type { Member } from "./model";
import { Picker } from "./Picker";

export function MemberLine({ member, put }: { member: Member; put: (member: Member) => void }) {
  const { words } = useShared();
  const texts = useTexts();
  const states = ["in", "never", "ended", "waiting_at"].map((key) => ({
    key,
    label: texts[`flow_${key}`] ?? key,
  }));
  const choices = member.of === "segment" ? words.segments : words.flows;
  const name = (member.of === "segment" ? texts.add_segment : texts.add_flow) ?? "";
  return (
    <>
      <Picker
        tone="field"
        label={name}
        options={choices}
        chosen={member.key ? [member.key] : []}
        onChoose={(key) => put({ ...member, key, step: "", reason: "" })}
      />
      {member.of === "segment" ? (
        <span className="cb-plain">{texts.segment_in}</span>
      ) : (
        <Picker
          tone="plain"
          label={texts.state ?? ""}
          options={states}
          chosen={[member.state]}
          onChoose={(state) => put({ ...member, state, step: "", reason: "" })}
        />
      )}
      {member.state === "ended" ? (
        <Picker
          label={texts.reason ?? ""}
          options={[
            { key: "", label: texts.any_reason ?? "" },
            ...(choices.find((one) => one.key === member.key)?.reasons ?? []),
          ]}
          chosen={[member.reason]}
          onChoose={(reason) => put({ ...member, reason })}
        />
      ) : null}
      {member.state === "waiting_at" ? (
        <Picker
          label={texts.step ?? ""}
          options={choices.find((one) => one.key === member.key)?.parts ?? []}
          chosen={member.step ? [member.step] : []}
          onChoose={(step) => put({ ...member, step })}
        />
      ) : null}
    </>
  );
}

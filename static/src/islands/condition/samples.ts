/** A small vocabulary for the tests of this folder. */
import type { Operator, Words } from "./words";

const row = (key: string, shape: Operator["shape"], head: string, tail = "", negative = false): Operator => ({
  key,
  label: key,
  head,
  tail,
  shape,
  negative,
});

export const WORDS: Words = {
  locale: "ja",
  groups: [{ key: "lead.", label: "人" }],
  fields: [
    {
      key: "lead.job_rank",
      label: "役職",
      group: "lead.",
      kind: "rank",
      hints: false,
      sum: false,
      choices: [
        { key: "staff", label: "一般" },
        { key: "manager", label: "課長" },
      ],
    },
    { key: "lead.department", label: "部署", group: "lead.", kind: "folded", hints: false, sum: false },
    { key: "lead.visits", label: "訪問回数", group: "lead.", kind: "number", hints: false, sum: false },
    { key: "lead.created_at", label: "登録日時", group: "lead.", kind: "moment", hints: false, sum: false },
  ],
  event_fields: [{ key: "path", label: "パス", group: "", kind: "text", hints: false, sum: false }],
  totals: [{ key: "visits", label: "訪問" }],
  open_fields: [{ prefix: "properties.", label: "独自の属性", kind: "any" }],
  operators: {
    rank: [
      row("eq", "one", "が", "である"),
      row("gte", "one", "が", "以上"),
      row("is_set", "none", "が入力済み"),
    ],
    folded: [
      row("eq", "one", "が", "である"),
      row("ne", "one", "が", "以外", true),
      row("in", "many", "が", "のいずれか"),
    ],
    number: [row("gte", "one", "が", "以上"), row("between", "pair", "が")],
    moment: [row("within_last", "duration", "が過去", "以内"), row("on", "when", "が", "である")],
    text: [row("eq", "one", "が", "である")],
    any: [row("eq", "one", "が", "である"), row("gte", "one", "が", "以上")],
  },
  events: [{ key: "page_viewed", label: "ページ閲覧", verb: "閲覧" }],
  segments: [],
  flows: [{ key: "flw_1", label: "案内", reasons: [{ key: "商談化", label: "商談化" }] }],
  periods: [{ key: "today", label: "今日" }],
  texts: {
    add_field: "項目",
    add_event: "行動",
    operator: "比較",
    value: "値",
    people: "人",
    up: "上へ",
    actions: "移動・削除",
    unfinished: "未入力があります",
    json: "JSON",
    sentence: "ビルダー",
    count: "回数",
    period: "期間",
    account: "会社のだれかが、",
    number_of_times: "回数",
    total_of: "合計",
    number_of: "{what}の回数",
    own_property: "属性名",
    any_distance: "間隔は問わない",
    near: "以内",
    any_reason: "理由は問わない",
  },
};

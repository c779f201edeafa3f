/** The form's own words; a definition's `messages` replace them by name. */
const JA = {
  required: "必須",
  optional: "任意",
  choose: "選択してください",
  missing: "入力してください。",
  missing_choice: "選択してください。",
  missing_consent: "同意が必要です。",
  bad_email: "メールアドレスの形式で入力してください(例:taro@example.co.jp)。",
  bad_phone: "電話番号は数字で入力してください(例:03-1234-5678)。",
  submit: "送信する",
  sending: "送信しています…",
  fix: "入力内容をご確認ください。",
  lost: "送信できませんでした。通信状況をご確認のうえ、もう一度お試しください。",
  busy: "ただいま混み合っています。しばらくしてから、もう一度お試しください。",
  expired: "画面を開いてから時間がたっています。もう一度送信してください。",
  done: "送信しました。ありがとうございます。",
  download: "ダウンロードする",
  unavailable: "フォームを表示できませんでした。",
  open_hosted: "フォームを別の画面で開く",
  loading: "フォームを読み込んでいます",
};

export type Texts = typeof JA;

const EN: Texts = {
  required: "Required",
  optional: "Optional",
  choose: "Please choose",
  missing: "Please fill this in.",
  missing_choice: "Please choose one.",
  missing_consent: "Your agreement is needed.",
  bad_email: "Please enter an e-mail address, such as taro@example.com.",
  bad_phone: "Please enter a phone number in digits, such as 03-1234-5678.",
  submit: "Send",
  sending: "Sending…",
  fix: "Please check what you entered.",
  lost: "We could not send this. Please check your connection and try again.",
  busy: "We are very busy right now. Please try again in a little while.",
  expired: "This page was open for a long time. Please press send again.",
  done: "Sent. Thank you.",
  download: "Download",
  unavailable: "The form could not be shown.",
  open_hosted: "Open the form in its own page",
  loading: "Loading the form",
};

export function textsFor(locale: string, messages: Record<string, string> = {}): Texts {
  return { ...(locale.startsWith("ja") ? JA : EN), ...messages };
}

"""資料請求フォロー: thanks at once, the next step for those who read on, a softer letter for those who did not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nurturing.reading import Name
from nurturing.ready_made.contract import Button, Document, Letter, ReadyMade

THANKS: Final = Letter(
    key="thanks",
    name="資料請求フォロー 1通目: お礼",
    subject="資料をご請求いただき、ありがとうございます",
    preheader="ご覧いただく順番と、導入企業の事例をご案内します。",
    paragraphs=(
        "このたびは資料をご請求いただき、誠にありがとうございます。<br />"
        '{{ owner.name | default("担当者") }}より、資料の読みどころをご案内いたします。',
        "資料は少し長めのため、お時間が限られる場合は次の順にご覧ください。<br />"
        "1. 「よくある課題」: 現在のお悩みに近いものがあるかをご確認いただけます。<br />"
        "2. 「導入の流れ」: ご検討から運用開始までの期間と体制がわかります。<br />"
        "3. 「費用の考え方」: 社内でご説明される際の目安になります。",
        "資料とあわせて、同じ課題をお持ちだった企業の事例もご用意しております。"
        "導入前に何に困り、何から始めたのかを、担当者の言葉でご紹介しています。",
    ),
    button=Button("導入事例を読む", "/cases/"),
    closing=("ご不明な点がございましたら、このメールにそのままご返信ください。担当者よりお答えいたします。",),
)

NEXT_STEP: Final = Letter(
    key="next_step",
    name="資料請求フォロー 2通目: 個別相談のご案内",
    subject="貴社の場合はどう進めるか、30分でご一緒に整理しませんか",
    preheader="ご用意いただくものはありません。オンラインで承ります。",
    paragraphs=(
        "先日は資料と事例をご覧いただき、ありがとうございました。",
        "ご検討を進めるなかで、「自社の場合はどこから手をつければよいか」というご質問を多くいただきます。"
        "そこで、オンラインで30分の個別相談の時間を設けております。",
        "個別相談では、次の三つをお持ち帰りいただけます。<br />"
        "・現状の整理: いまの進め方で時間がかかっているところ<br />"
        "・進め方の案: 最初の3か月で取り組むことと、必要な体制<br />"
        "・費用の目安: 規模に応じた概算",
        "売り込みの場ではございませんので、情報収集の段階でもお気軽にご利用ください。",
    ),
    button=Button("個別相談の日程を選ぶ", "/contact/"),
    closing=("ご都合のよい時間帯がない場合は、ご返信で候補日をお知らせください。調整いたします。",),
)

REMINDER: Final = Letter(
    key="reminder",
    name="資料請求フォロー 3通目: よくいただくご質問",
    subject="資料について、よくいただく3つのご質問にお答えします",
    preheader="「うちの規模でも使えますか」「準備にどれくらいかかりますか」など。",
    paragraphs=(
        "先日お送りした資料は、ご覧いただけましたでしょうか。"
        "お忙しいことと存じますので、よくいただくご質問を三つだけまとめました。",
        "<strong>Q. 小さな部署だけで始められますか。</strong><br />"
        "はい。多くの企業が一つの部署、一つの業務から始め、効果を確かめてから広げていらっしゃいます。",
        "<strong>Q. 準備にはどれくらいかかりますか。</strong><br />"
        "標準的な構成で2週間ほどです。初期の設定は担当者がご一緒いたします。",
        "<strong>Q. 社内に詳しい者がいなくても運用できますか。</strong><br />"
        "ご担当者1名で運用されている企業が半数以上です。操作は表計算ソフトが使えれば十分です。",
    ),
    button=Button("ほかのご質問を見る", "/faq/"),
    closing=("いますぐのご検討でない場合も、必要になったときに思い出していただければ幸いです。",),
)


NOTICE: Final = "お礼メールのリンクを開いた課長以上の方です。個別相談のご案内にあわせて、お電話をご検討ください。"


DOCUMENT_FORMS: Final[Document] = {
    "any": [
        {"field": "title", "op": "contains", "value": word}
        for word in ("資料", "ホワイトペーパー", "document", "whitepaper")
    ]
}


def flow(emails: Mapping[str, str]) -> Document:
    """Thanks → three days, a business morning → did they follow a link? → the next step, or the questions."""
    return {
        "v": 1,
        "name": {"ja": "資料請求フォロー", "en": "Document request follow-up"},
        "trigger": {"type": "event", "event": "form_submitted", "where": DOCUMENT_FORMS},
        "reentry": {"mode": "after_days", "days": 90},
        "start": "thanks",
        "steps": steps(emails),
    }


def steps(emails: Mapping[str, str]) -> Document:
    """The nodes of the canvas."""
    clicked = {"event": "email_clicked", "where": {"field": "email", "op": "eq", "value": emails["thanks"]}}
    manager = {"field": "lead.job_rank", "op": "gte", "value": "manager"}
    return {
        "thanks": {"type": "send_email", "email": emails["thanks"], "next": "mark"},
        "mark": {"type": "add_tag", "tag": "資料請求", "next": "pause"},
        "pause": {"type": "wait", "for": {"days": 3}, "at": "09:00", "days": "business", "next": "clicked"},
        "clicked": {
            "type": "wait_for",
            "any": [clicked],
            "since": "run",
            "timeout": {"days": 3},
            "next": "rank",
            "on_timeout": "reminder",
        },
        "rank": {
            "type": "branch",
            "branches": [{"name": {"ja": "課長以上", "en": "Manager or above"}, "when": manager, "next": "tell"}],
            "else": "next-step",
        },
        "tell": {"type": "notify", "to": "owner", "channel": "mail", "text": NOTICE, "next": "next-step"},
        "next-step": {"type": "send_email", "email": emails["next_step"], "next": "done"},
        "reminder": {"type": "send_email", "email": emails["reminder"], "next": "done"},
        "done": {"type": "end"},
    }


READY_MADE: Final = ReadyMade(
    key="document_request",
    name=Name(ja="資料請求フォロー", en="Document request follow-up"),
    summary="Thanks at once, waits three days, and sends the next step to those who followed a link.",
    letters=(THANKS, NEXT_STEP, REMINDER),
    flow=flow,
)

"""展示会フォロー: a letter on the next business morning, then a call for those who show interest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nurturing.reading import Name
from nurturing.ready_made.contract import Button, Document, Letter, ReadyMade

THANKS: Final = Letter(
    key="thanks",
    name="展示会フォロー 1通目: ご来場のお礼",
    subject="展示会では弊社ブースにお立ち寄りいただき、ありがとうございました",
    preheader="当日のデモ動画と配布資料をまとめました。",
    paragraphs=(
        "先日の展示会では、お忙しいなか弊社ブースにお立ち寄りいただき、誠にありがとうございました。",
        "会場では十分にお時間をいただけなかったかと存じますので、"
        "当日ご覧いただいたデモの動画と、配布資料の電子版を一つのページにまとめました。社内でのご共有にもお使いください。",
        "・デモ動画(約4分): 画面の動きを通しでご覧いただけます<br />"
        "・配布資料: 会場でお渡ししたものと同じ内容です<br />"
        "・会場でいただいたご質問と回答",
    ),
    button=Button("デモ動画と資料を見る", "/exhibition/"),
    closing=("会場でお話しした内容の続きは、ご返信でも承っております。お気軽にお声がけください。",),
)

CASES: Final = Letter(
    key="cases",
    name="展示会フォロー 2通目: 導入事例",
    subject="同じ課題から始めた3社の、最初の半年をご紹介します",
    preheader="何から始め、どこでつまずき、どう変わったか。",
    paragraphs=(
        "展示会のあと、多くの方から「ほかの会社はどう始めたのか」というお問い合わせをいただいております。",
        "そこで、業種の異なる3社に、導入前の課題から半年後の変化までをうかがいました。<br />"
        "・製造業(従業員320名): 紙の日報をやめ、集計にかかる時間を週6時間から30分に<br />"
        "・卸売業(従業員85名): 問い合わせの取りこぼしをなくし、対応までの時間を半分に<br />"
        "・情報サービス業(従業員1,200名): 部門ごとに違った手順を一つにまとめるまで",
        "うまくいった点だけでなく、途中で見直した点もそのまま掲載しております。",
    ),
    button=Button("3社の事例を読む", "/cases/"),
    closing=("貴社に近い規模や業種の事例をお探しの場合は、ご返信でお知らせください。",),
)

INVITATION: Final = Letter(
    key="invitation",
    name="展示会フォロー 3通目: オンラインデモのご案内",
    subject="会場でお見せできなかった画面を、貴社の業務に合わせてご覧に入れます",
    preheader="30分のオンラインデモを承っております。",
    paragraphs=(
        "展示会の資料をご覧いただき、ありがとうございました。",
        "会場のデモは一般的な例でしたので、次は貴社の業務に沿った画面をご覧いただければと存じます。"
        "事前に一つだけ、いま手間のかかっている業務をお知らせください。それに合わせて準備いたします。",
        "所要時間は30分、参加人数に制限はございません。ご関係の部署の方とご一緒にどうぞ。",
    ),
    button=Button("オンラインデモを申し込む", "/contact/"),
    closing=("日程のご相談は、このメールへのご返信でも承ります。",),
)


NOTICE: Final = "展示会のお礼メールから資料をご覧になりました。記憶の新しいうちに、お電話でのご連絡をおすすめします。"


def flow(emails: Mapping[str, str]) -> Document:
    """The next business morning: thanks; interest within four days → tell the owner and invite; else the cases."""
    return {
        "v": 1,
        "name": {"ja": "展示会フォロー", "en": "Exhibition follow-up"},
        "trigger": {"type": "event", "event": "touchpoint_exhibition"},
        "reentry": {"mode": "after_end"},
        "start": "mark",
        "steps": steps(emails),
    }


def steps(emails: Mapping[str, str]) -> Document:
    """The nodes of the canvas."""
    clicked = {"event": "email_clicked", "where": {"field": "email", "op": "eq", "value": emails["thanks"]}}
    return {
        "mark": {"type": "add_tag", "tag": "展示会", "next": "morning"},
        "morning": {"type": "wait", "for": {"hours": 1}, "at": "09:00", "days": "business", "next": "thanks"},
        "thanks": {"type": "send_email", "email": emails["thanks"], "next": "interest"},
        "interest": {
            "type": "wait_for",
            "any": [clicked, {"event": "asset_downloaded"}],
            "timeout": {"business_days": 4},
            "next": "tell",
            "on_timeout": "cases",
        },
        "tell": {"type": "notify", "to": "owner", "channel": "mail", "text": NOTICE, "next": "invitation"},
        "invitation": {"type": "send_email", "email": emails["invitation"], "next": "done"},
        "cases": {"type": "send_email", "email": emails["cases"], "next": "late-interest"},
        "late-interest": {
            "type": "wait_for",
            "any": [{"event": "email_clicked"}],
            "timeout": {"days": 7},
            "next": "invitation",
            "on_timeout": "done",
        },
        "done": {"type": "end"},
    }


READY_MADE: Final = ReadyMade(
    key="exhibition",
    name=Name(ja="展示会フォロー", en="Exhibition follow-up"),
    summary="Thanks visitors on the next business morning, and tells sales who came back to the material.",
    letters=(THANKS, CASES, INVITATION),
    flow=flow,
)

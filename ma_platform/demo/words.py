"""What invented people and companies are made of."""

from __future__ import annotations


def _table(text: str) -> list[list[str]]:
    """Entries parted by | or a new line, words by spaces."""
    return [entry.split() for entry in text.strip().replace("\n", "|").split("|")]


SURNAMES = _table(
    """
佐藤 サトウ sato|鈴木 スズキ suzuki|高橋 タカハシ takahashi|田中 タナカ tanaka|伊藤 イトウ ito
渡辺 ワタナベ watanabe|山本 ヤマモト yamamoto|中村 ナカムラ nakamura|小林 コバヤシ kobayashi
加藤 カトウ kato|吉田 ヨシダ yoshida|山田 ヤマダ yamada|佐々木 ササキ sasaki|山口 ヤマグチ yamaguchi
松本 マツモト matsumoto|井上 イノウエ inoue|木村 キムラ kimura|林 ハヤシ hayashi|斎藤 サイトウ saito
清水 シミズ shimizu|山崎 ヤマザキ yamazaki|森 モリ mori|池田 イケダ ikeda|橋本 ハシモト hashimoto
阿部 アベ abe|石川 イシカワ ishikawa|山下 ヤマシタ yamashita|中島 ナカジマ nakajima
石井 イシイ ishii|小川 オガワ ogawa|前田 マエダ maeda|岡田 オカダ okada|長谷川 ハセガワ hasegawa
藤田 フジタ fujita|後藤 ゴトウ goto|近藤 コンドウ kondo|村上 ムラカミ murakami|遠藤 エンドウ endo
青木 アオキ aoki|坂本 サカモト sakamoto|髙田 タカダ takada|濵田 ハマダ hamada
"""
)
GIVEN = _table(
    """
太郎 タロウ taro|健一 ケンイチ kenichi|大輔 ダイスケ daisuke|翔太 ショウタ shota|拓也 タクヤ takuya
直樹 ナオキ naoki|誠 マコト makoto|剛 ツヨシ tsuyoshi|浩二 コウジ koji|亮 リョウ ryo
隆 タカシ takashi|和也 カズヤ kazuya|修平 シュウヘイ shuhei|花子 ハナコ hanako|美咲 ミサキ misaki
由美子 ユミコ yumiko|恵 メグミ megumi|陽子 ヨウコ yoko|真由美 マユミ mayumi|彩 アヤ aya
久美子 クミコ kumiko|愛 アイ ai|麻衣 マイ mai|裕子 ユウコ yuko|さくら サクラ sakura
千尋 チヒロ chihiro
"""
)
PLACES = _table(
    """
青葉 aoba|みなと minato|北斗 hokuto|朝日丘 asahigaoka|富士見 fujimi|桜木 sakuragi|瑞穂 mizuho
大洋 taiyo|千早 chihaya|若宮 wakamiya|白樺 shirakaba|東雲 shinonome|常盤 tokiwa|緑風 ryokufu
三笠 mikasa|武蔵 musashi|加賀 kaga|琴平 kotohira|玄海 genkai|奥羽 ou|葵 aoi|若葉 wakaba|曙 akebono
鳳 otori|泉 izumi|雷門 kaminari|不二 fuji|双葉 futaba|一ノ瀬 ichinose|水無瀬 minase
"""
)
TRADES = [
    ("精密", "seimitsu", "製造業"),
    ("電機", "denki", "製造業"),
    ("金属工業", "kinzoku", "製造業"),
    ("化成", "kasei", "製造業"),
    ("食品", "foods", "製造業"),
    ("システムズ", "systems", "情報通信業"),
    ("ソフトウェア", "software", "情報通信業"),
    ("ネットワーク", "network", "情報通信業"),
    ("物流", "logistics", "運輸業"),
    ("運輸", "unyu", "運輸業"),
    ("商事", "shoji", "卸売業"),
    ("トレーディング", "trading", "卸売業"),
    ("建設", "kensetsu", "建設業"),
    ("設備", "setsubi", "建設業"),
    ("フィナンシャル", "financial", "金融業"),
    ("メディカル", "medical", "医療"),
    ("ホールディングス", "hd", "サービス業"),
    ("コンサルティング", "consulting", "サービス業"),
    ("不動産", "fudosan", "不動産業"),
    ("リテール", "retail", "小売業"),
]
PREFECTURES = (
    *("東京都",) * 3,
    *("大阪府", "神奈川県") * 2,
    *("愛知県", "福岡県", "北海道", "宮城県", "埼玉県", "千葉県", "兵庫県", "京都府", "広島県", "静岡県", "長野県"),
    *("石川県", "沖縄県"),
)
DEPARTMENTS = (
    *("営業部", "営業企画部", "マーケティング部", "経営企画室", "情報システム部", "製造部"),
    *("生産技術部", "購買部", "総務部", "人事部", "品質保証部"),
)
TITLES = [
    ("", 30),
    ("担当", 10),
    ("主任", 14),
    ("係長", 10),
    ("課長", 16),
    ("次長", 4),
    ("部長", 10),
    ("本部長", 2),
    ("執行役員", 2),
    ("代表取締役", 2),
]
COMPETITORS = [
    ("株式会社ライバルソリューションズ", "rival-solutions.example"),
    ("競合テクノロジー株式会社", "kyogo-tech.example"),
]
CAMPAIGNS = [
    {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "2026秋_生産管理"},
    {"utm_source": "google", "utm_medium": "organic"},
    {"utm_source": "yahoo", "utm_medium": "cpc", "utm_campaign": "2026秋_生産管理"},
    {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "10月号"},
    {"utm_source": "facebook", "utm_medium": "paid_social", "utm_campaign": "DX事例"},
    {"utm_source": "", "utm_medium": "direct"},
]
INQUIRIES = [
    "生産管理システムの入れ替えを検討しています。来期予算で概算をいただけますか。",
    "既存の基幹システムとの連携可否について詳しく伺いたいです。",
    "デモを拝見したいです。来週の火曜か水曜の午後は可能でしょうか。",
    "3拠点での利用を想定しています。価格表と導入期間を教えてください。",
    "展示会でお話を伺いました。改めて担当者と一緒に説明を聞きたいです。",
]
LOST_REASONS = ("予算なし", "時期尚早", "競合", "連絡不能")

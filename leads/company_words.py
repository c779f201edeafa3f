"""What is known of company names in general: legal forms, old letters, famous short names, shared domains. Pure."""

from collections.abc import Mapping

# Legal forms by family. Two companies of one name whose families differ are two companies; a name without a form says
# nothing about it. Latin forms (Inc., Co., Ltd.) are translations, so they say nothing either.
FORMS: Mapping[str, tuple[str, ...]] = {
    "株": ("株式会社", "株式會社", "(株)"),
    "有": ("有限会社", "(有)"),
    "同": ("合同会社", "(同)"),
    "資": ("合資会社", "(資)"),
    "名": ("合名会社", "(名)"),
    "相": ("相互会社", "(相)"),
    "組": ("有限責任事業組合", "協同組合連合会", "協同組合", "(協)"),
    "社": ("一般社団法人", "公益社団法人", "社団法人", "(一社)", "(公社)", "(社)"),
    "財": ("一般財団法人", "公益財団法人", "財団法人", "(一財)", "(公財)", "(財)"),
    "医": ("社会医療法人", "医療法人社団", "医療法人財団", "医療法人", "(医)"),
    "学": ("学校法人", "(学)"),
    "宗": ("宗教法人", "(宗)"),
    "福": ("社会福祉法人", "(福)"),
    "特": ("特定非営利活動法人", "npo法人", "(特非)"),
    "独": ("国立大学法人", "公立大学法人", "国立研究開発法人", "地方独立行政法人", "独立行政法人", "(大)", "(独)"),
    "士": ("弁護士法人", "税理士法人", "司法書士法人", "社会保険労務士法人", "監査法人", "(弁)", "(税)"),
}
LATIN_FORMS = (
    r"co\.?,?\s*ltd\.?",
    r"company,?\s*limited",
    r"kabushiki\s*kaisha",
    r"godo\s*kaisha",
    r"k\.\s?k\.?",
    r"g\.\s?k\.?",
    r"incorporated",
    r"corporation",
    r"limited",
    r"company",
    r"inc\.?",
    r"corp\.?",
    r"ltd\.?",
    r"co\.",
    r"llc\.?",
    r"l\.l\.c\.?",
    r"gmbh",
    r"kk",
)

# Old letter forms and today's: one word spelt as the register did.
_OLD = """
髙高 﨑崎 德徳 惠恵 國国 學学 會会 應応 榮栄 營営 圓円 鹽塩 奧奥 樂楽 關関 觀観 氣気 舊旧 據拠 擧挙 區区 驅駆
勳勲 薰薫 經経 藝芸 縣県 劍剣 險険 圈圏 檢検 顯顕 驗験 嚴厳 廣広 鑛鉱 號号 黑黒 濟済 雜雑 參参 絲糸 釋釈 收収
澁渋 將将 燒焼 稱称 乘乗 淨浄 疊畳 讓譲 釀醸 眞真 愼慎 粹粋 數数 聲声 靜静 攝摂 專専 戰戦 淺浅 錢銭 纖繊 雙双
總総 藏蔵 臟臓 屬属 續続 對対 體体 帶帯 瀧滝 澤沢 擔担 單単 團団 斷断 晝昼 鑄鋳 廳庁 聽聴 鎭鎮 鐵鉄 轉転 點点
傳伝 黨党 燈灯 當当 獨独 讀読 屆届 廢廃 麥麦 發発 佛仏 變変 豐豊 萬万 滿満 彌弥 藥薬 譯訳 豫予 餘余 與与 譽誉
樣様 來来 賴頼 亂乱 覽覧 兩両 綠緑 禮礼 戀恋 爐炉 勞労 樓楼 灣湾 驛駅 圖図 齋斎 齊斉 濱浜 櫻桜 實実 寶宝 壽寿
條条 假仮 懷懐 畫画 擴拡 覺覚 勸勧 歡歓 陷陥 龜亀 僞偽 戲戯 犧犠 徑径 溪渓 鷄鶏 莖茎 輕軽 繼継 缺欠 縱縦 濕湿
碎砕 殘残 兒児 肅粛 處処 敍叙 獎奨 證証 狀状 觸触 寢寝 圍囲 壹壱 飮飲 隱隠 衞衛 緣縁 歐欧 毆殴 價価 曉暁 盡尽
遲遅 邊辺 邉辺 嶽岳 峯峰 辨弁 瓣弁 穗穂 槇槙 祿禄 瑤瑶 堯尭 巖巌 遙遥 埜野 舘館 枩松 桒桑 栁柳 冝宜
"""
OLD_KANJI = str.maketrans({pair[0]: pair[1] for pair in _OLD.split()})

# Letters that are often exchanged, also between names that are not the same: near, never equal.
_EXCHANGED = """
嶋島 嶌島 龍竜 斎斉 冨富 曾曽 桧檜 籐藤 淵渕 濵浜 之の 乃の
ゐい ゑえ ゔう づず ぢじ ぁあ ぃい ぅう ぇえ ぉお ゃや ゅゆ ょよ っつ ゎわ
"""
NEAR_LETTERS = str.maketrans({pair[0]: pair[1] for pair in _EXCHANGED.split()} | {"ー": ""})

# Companies everybody knows by two names. Each line: the name they are found by, then the others.
_FAMOUS = """
日本電気 nec
日本電信電話 ntt
東日本電信電話 ntt東日本
西日本電信電話 ntt西日本
日本放送協会 nhk
東日本旅客鉄道 jr東日本
西日本旅客鉄道 jr西日本
東海旅客鉄道 jr東海
九州旅客鉄道 jr九州
北海道旅客鉄道 jr北海道
四国旅客鉄道 jr四国
日本貨物鉄道 jr貨物
全日本空輸 ana
日本航空 jal
日本たばこ産業 jt
東日本高速道路 nexco東日本
西日本高速道路 nexco西日本
中日本高速道路 nexco中日本
宇宙航空研究開発機構 jaxa
国際協力機構 jica
日本貿易振興機構 jetro
産業技術総合研究所 産総研
理化学研究所 理研
日本経済新聞社 日経新聞
三井住友海上火災保険 三井住友海上
東京海上日動火災保険 東京海上日動
損害保険ジャパン 損保ジャパン
三菱ufj銀行 mufg銀行
東京電力ホールディングス 東電hd
ファーストリテイリング fastretailing
ソニーグループ sonygroup
日本マイクロソフト microsoftjapan
日本アイ・ビー・エム 日本ibm ibmjapan
トヨタ自動車 toyotamotor
日産自動車 nissanmotor
本田技研工業 ホンダ honda hondamotor
マツダ mazda
スズキ suzuki
三菱電機 mitsubishielectric
日立製作所 hitachi
東芝 toshiba
富士通 fujitsu
キヤノン canon
リコー ricoh
シャープ sharp
パナソニック panasonic
ソニー sony
任天堂 nintendo
資生堂 shiseido
花王 kao
味の素 ajinomoto
京セラ kyocera
村田製作所 muratamanufacturing
楽天グループ rakutengroup
サイボウズ cybozu
クボタ kubota
コマツ 小松製作所 komatsu
ダイキン工業 daikinindustries
ブリヂストン bridgestone
オムロン omron
キーエンス keyence
"""

# Hosts of mail and sites that are not free mail, and still belong to many.
_SHARED = """
sakura.ne.jp xsrv.jp lolipop.jp heteml.jp wakwak.com ybb.ne.jp bbiq.jp mopera.net mopera.ne.jp eonet.ne.jp commufa.jp
tiki.ne.jp wind.ne.jp cc9.ne.jp cty-net.ne.jp catv.ne.jp ctk.ne.jp sannet.ne.jp odn.ne.jp odn.ad.jp dti.ne.jp
interlink.or.jp mbn.or.jp kvision.ne.jp mesh.ne.jp nns.ne.jp ctt.ne.jp spacelan.ne.jp aurora-net.or.jp rapid.ne.jp
3web.ne.jp alpha-net.ne.jp onmicrosoft.com googlegroups.com wixsite.com jimdo.com squarespace.com hotmail.ne.jp
live.ne.jp proton.jp pm.me fastmail.com hey.com duck.com privaterelay.appleid.com
"""
SHARED_DOMAINS = frozenset(_SHARED.split())
# Anything under these belongs to whoever rents a place there.
_RENTED = """
ocn.ne.jp biglobe.ne.jp so-net.ne.jp plala.or.jp dion.ne.jp zaq.ne.jp sakura.ne.jp dti.ne.jp onmicrosoft.com xsrv.jp
"""
SHARED_SUFFIXES = tuple(f".{domain}" for domain in _RENTED.split())


def famous() -> list[list[str]]:
    """Lines of names of one company each; the first is the one it is found by."""
    return [line.split() for line in _FAMOUS.strip().splitlines()]

"""The headings by which people and other systems call a field, per kind of file."""

from leads.files.headers import Target

PEOPLE = (
    Target(
        "email",
        (
            *(
                "メールアドレス",
                "E-mail",
                "Eメール",
                "メール",
                "電子メール",
                "mail",
                "email address",
                "メールアドレス1",
            ),
            *("会社メールアドレス", "e-mail1", "mail address", "連絡先メール", "業務用メール", "email 1", "work email"),
        ),
    ),
    Target("last_name", ("姓", "苗字", "名字", "last name", "family name", "surname", "姓（漢字）", "氏")),
    Target("first_name", ("名", "first name", "given name", "名（漢字）", "forename")),
    Target(
        "name",
        (
            *(
                "氏名",
                "名前",
                "お名前",
                "担当者名",
                "name",
                "full name",
                "氏名（漢字）",
                "担当者",
                "ご担当者名",
                "連絡先名",
            ),
            *("contact name", "lead name", "ご芳名", "お客様名", "顧客名", "担当者氏名"),
        ),
    ),
    Target(
        "last_name_kana",
        (
            *(
                "姓（カナ）",
                "姓カナ",
                "姓かな",
                "姓フリガナ",
                "姓ふりがな",
                "姓（かな）",
                "せい",
                "セイ",
                "last name kana",
            ),
            *(
                "family name (kana)",
                "last name (phonetic)",
                "姓読み",
                "姓（フリガナ）",
                "姓（よみ）",
                "phonetic last name",
            ),
        ),
    ),
    Target(
        "first_name_kana",
        (
            *(
                "名（カナ）",
                "名カナ",
                "名かな",
                "名フリガナ",
                "名ふりがな",
                "名（かな）",
                "めい",
                "メイ",
                "first name kana",
            ),
            *(
                "given name (kana)",
                "first name (phonetic)",
                "名読み",
                "名（フリガナ）",
                "名（よみ）",
                "phonetic first name",
            ),
        ),
    ),
    Target(
        "name_kana",
        (
            *(
                "氏名カナ",
                "フリガナ",
                "ふりがな",
                "カナ",
                "氏名フリガナ",
                "氏名（カナ）",
                "氏名（フリガナ）",
                "よみがな",
            ),
            *("読み仮名", "name kana", "カナ氏名", "お名前（フリガナ）", "氏名ふりがな", "name (kana)"),
        ),
    ),
    Target(
        "company",
        (
            *("会社名", "会社", "企業名", "社名", "法人名", "勤務先", "勤務先名", "組織名", "御社名", "貴社名", "所属"),
            *("company", "company name", "account name", "account", "organization", "取引先名", "取引先", "団体名"),
            *(
                "associated company",
                "organisation",
                "employer",
                "お勤め先",
                "所属企業",
                "会社名・団体名",
                "primary company",
            ),
        ),
    ),
    Target(
        "department",
        (
            "部署",
            "部署名",
            "部門",
            "部門名",
            "所属部署",
            "department",
            "division",
            "所属部署名",
            "部課名",
            "部署・部門",
        ),
    ),
    Target(
        "job_title",
        ("役職", "役職名", "肩書", "肩書き", "title", "job title", "position", "職位", "職種・役職", "部署役職名"),
    ),
    Target(
        "phone",
        (
            *(
                "電話番号",
                "電話",
                "TEL",
                "phone",
                "phone number",
                "会社電話",
                "代表電話",
                "business phone",
                "telephone",
            ),
            *("TEL会社", "TEL直通", "TEL部門", "電話番号（会社）", "勤務先電話番号", "ご連絡先電話番号", "work phone"),
        ),
    ),
    Target(
        "mobile",
        ("携帯電話", "携帯", "携帯番号", "携帯電話番号", "mobile", "mobile phone", "cell", "mobile phone number"),
    ),
    Target(
        "prefecture",
        ("都道府県", "都道府県名", "県名", "prefecture", "state", "state/region", "mailing state", "state/province"),
    ),
    Target("address", ("住所", "所在地", "address", "mailing address", "会社住所", "住所1", "勤務先住所", "ご住所")),
    Target("tags", ("タグ", "tags", "tag", "ラベル", "labels", "label")),
    Target("owner", ("担当者メールアドレス", "営業担当メールアドレス", "owner email", "owner", "担当", "所有者メール")),
    Target(
        "external_id",
        ("外部ID", "external id", "顧客ID", "顧客コード", "顧客番号", "会員ID", "会員番号", "customer id", "user id"),
    ),
    Target(
        "refused", ("配信停止", "配信拒否", "メール拒否", "オプトアウト", "email opt out", "opt out", "unsubscribed")
    ),
)
COMPANIES = (
    Target(
        "name", ("会社名", "企業名", "社名", "法人名", "取引先名", "company", "company name", "account name", "name")
    ),
    Target(
        "corporate_number",
        ("法人番号", "国税庁法人番号", "インボイス番号", "適格請求書発行事業者登録番号", "corporate number"),
    ),
    Target(
        "domain",
        (
            "ドメイン",
            "メールドメイン",
            "domain",
            "company domain name",
            "website",
            "URL",
            "ホームページ",
            "WebサイトURL",
        ),
    ),
    Target("industry", ("業種", "業界", "industry", "業種名", "産業")),
    Target(
        "employees",
        ("従業員数", "社員数", "employees", "number of employees", "人数", "従業員規模", "従業員", "no of employees"),
    ),
    Target(
        "prefecture", ("都道府県", "都道府県名", "prefecture", "state", "billing state", "state/region", "本社都道府県")
    ),
)
ENCOUNTERS = (
    Target("email", PEOPLE[0].words),
    Target("lead", ("リードID", "lead", "lead id", "ID")),
    Target("external_id", next(target.words for target in PEOPLE if target.key == "external_id")),
    Target("kind", ("種別", "種類", "接点", "接点種別", "kind", "type", "活動種別", "対応種別", "活動の種類")),
    Target(
        "at",
        ("日時", "日付", "実施日", "対応日", "訪問日", "date", "at", "開催日", "活動日", "datetime", "occurred at"),
    ),
    Target(
        "title", ("件名", "名称", "イベント名", "展示会名", "セミナー名", "title", "subject", "event", "event name")
    ),
    Target("note", ("メモ", "内容", "備考", "コメント", "note", "notes", "memo", "description", "コメント・メモ")),
    Target("staff", ("対応者", "訪問者", "社内担当", "staff", "対応社員", "報告者")),
    Target("result", ("結果", "result", "outcome", "対応結果")),
)

"""What a new mail starts from: a small MJML letter that is already lawful and readable. Pure."""

STARTER = """<mjml>
  <mj-head>
    <mj-attributes>
      <mj-all font-family="'Hiragino Sans','Yu Gothic',Meiryo,sans-serif" />
      <mj-text font-size="15px" line-height="1.8" color="#1c2430" />
      <mj-button background-color="#2f5bea" border-radius="6px" font-size="15px" />
    </mj-attributes>
  </mj-head>
  <mj-body background-color="#f4f6f9">
    <mj-section background-color="#ffffff" padding="32px 16px">
      <mj-column>
        <mj-text>{{ lead.addressee }}</mj-text>
        <mj-text>いつもお世話になっております。</mj-text>
        <mj-button href="https://www.example.com/">詳しく見る</mj-button>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""

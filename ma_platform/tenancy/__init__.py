"""Who may be here and whose rows they see: workspaces, members, keys, and the two walls between tenants.

Refuses to know what a lead or a mail is; other rooms build their tables on `orm.TenantModel`.
"""

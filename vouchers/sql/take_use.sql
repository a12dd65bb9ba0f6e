-- Take one use of a voucher and write its redemption: one statement, one winner.
--
-- The guards on state, uses, time, hold and person always hold. What the coupon says of where and when is looked at
-- here too, unless `judged` says that it was read and judged before (other terms when it was issued, weekdays, hours, a
-- limit of a day, a bearer's limit or new person, next sale, a sale with other vouchers) and that the payer's accounts
-- are locked (a bought voucher): a plain voucher costs one round trip. `funded_by` are the terms of then, if judged.
-- `left` is what other benefits left of the sale's `amount`: a discount is of that, a minimum of the amount. A use of a
-- held voucher is in time if it was so when it was held, `as_of`. Where a sale is named, the caller holds its lock since
-- an earlier statement, so that what was used beside it, and a refund that closed it, is seen.
-- Money in minor units; half-up is (2n + d) / 2d.
WITH used AS (
    UPDATE vouchers_voucher AS v
    SET uses_left = CASE WHEN v.value_left_minor > %(left)s::bigint THEN v.uses_left ELSE v.uses_left - 1 END,
        status = CASE WHEN v.value_left_minor > %(left)s::bigint OR v.uses_left > 1 THEN 'issued' ELSE 'redeemed' END,
        value_left_minor = v.value_left_minor - LEAST(v.value_left_minor, %(left)s::bigint),
        value_minor = CASE WHEN v.gives_change THEN LEAST(v.value_minor, %(left)s::bigint) ELSE v.value_minor END,
        paid_left = LEAST(v.paid_left, CASE
            WHEN v.value_left_minor IS NULL THEN v.paid_amount * (v.uses_left - 1) / v.uses_total
            ELSE (v.paid_amount::numeric * GREATEST(v.value_left_minor - %(left)s::bigint, 0) / v.value_minor)::bigint
        END),
        reserved_minor = CASE
            WHEN v.value_left_minor IS NULL THEN v.reserved_minor - v.reserved_minor / v.uses_left
            ELSE LEAST(v.reserved_minor, GREATEST(v.value_left_minor - %(left)s::bigint, 0))
        END,
        hold_id = NULL,
        held_until = NULL,
        used_at = %(now)s
    FROM vouchers_coupon AS c
    WHERE v.tenant_id = %(tenant)s
      -- looked up by itself, so that no statistics can make the planner walk the brand's open vouchers instead
      AND v.id = (SELECT n.id FROM vouchers_voucher AS n WHERE n.tenant_id = %(tenant)s AND n.{named_by} = %(named)s)
      AND c.tenant_id = v.tenant_id
      AND c.id = v.coupon_id
      AND v.status = 'issued'
      AND v.uses_left > 0
      AND v.valid_from <= %(now)s
      AND (v.valid_until IS NULL OR v.valid_until > %(as_of)s)
      AND (v.hold_id IS NULL OR v.held_until <= %(now)s OR v.hold_id = %(hold)s::uuid)
      AND (NOT v.is_personal OR v.customer_id = %(customer)s::uuid)
      AND (v.kind <> 'entry' OR %(at_door)s)
      AND ((v.kind <> 'percentage' AND v.value_left_minor IS NULL) OR %(amount)s::bigint IS NOT NULL)
      AND (v.value_left_minor IS NULL OR %(left)s::bigint > 0)
      AND (v.min_purchase_minor IS NULL OR v.min_purchase_minor <= %(amount)s::bigint)
      AND (%(external_id)s = '' OR NOT EXISTS (
            SELECT FROM purchases_purchase AS sale
            WHERE sale.tenant_id = %(tenant)s AND sale.store_id = %(store)s AND sale.external_id = %(external_id)s
              AND sale.undone_at IS NULL AND (sale.status = 'cancelled' OR sale.refunded_minor >= sale.amount_minor)))
      AND (%(judged)s OR (
            (%(store)s = ANY (c.stores) OR (c.stores = '{{}}' AND NOT %(is_partner_store)s))
            AND (c.terms_since IS NULL OR v.issued_at >= c.terms_since)
            AND c.limit_per_day IS NULL
            AND (%(external_id)s = '' OR (c.stacks_with_vouchers AND NOT EXISTS (
                SELECT FROM vouchers_redemption AS beside
                WHERE beside.tenant_id = %(tenant)s AND beside.store_id = %(store)s
                  AND beside.external_id = %(external_id)s AND NOT beside.external_id::text = '')))
            AND c.weekdays = '{{}}'
            AND c.hours = '{{}}'
            AND (c.limit_per_customer IS NULL OR v.is_personal)
            AND NOT v.is_next_sale_only
            AND v.paid_left = 0
            AND (%(customer)s::uuid IS NULL OR v.customer_id = %(customer)s::uuid)))
      AND NOT EXISTS (
            SELECT FROM vouchers_redemption AS r WHERE r.tenant_id = %(tenant)s AND r.key = %(key)s)
    RETURNING
        v.id, v.coupon_id, v.customer_id, v.code, v.kind, v.currency, v.value_sku, v.value_key, v.paid_unit,
        v.uses_left, v.uses_total, v.gives_change, v.legacy_code, c.name AS coupon_name,
        COALESCE(%(funded_by)s::text, c.funded_by) AS funded_by, v.value_left_minor,
        c.limit_per_customer, v.is_personal,
        old.value_minor AS old_value_minor,
        old.value_left_minor AS old_value_left_minor,
        old.uses_left AS old_uses_left,
        old.paid_left AS old_paid_left,
        old.reserved_minor AS old_reserved_minor,
        old.used_at AS old_used_at,
        old.hold_id AS old_hold_id,
        old.held_until AS old_held_until,
        old.paid_left - new.paid_left AS paid_taken,
        old.reserved_minor - new.reserved_minor AS unreserved_minor,
        CASE v.kind
            WHEN 'amount' THEN LEAST(COALESCE(old.value_left_minor, old.value_minor), %(left)s::bigint)
            WHEN 'percentage' THEN LEAST(
                (2 * %(left)s::bigint * v.value_bp + 10000) / 20000, %(left)s::bigint, v.max_discount_minor)
            ELSE 0
        END AS discount_minor,
        CASE WHEN v.kind IN ('freebie', 'upgrade') THEN COALESCE(v.value_minor, 0) END AS thing_cost_minor
), priced AS (
    SELECT used.*,
        COALESCE(thing_cost_minor, discount_minor) AS cost_minor,
        GREATEST(unreserved_minor - COALESCE(thing_cost_minor, discount_minor), 0) AS released_minor,
        CASE
            WHEN used.value_left_minor IS NULL THEN used.uses_total - used.uses_left
            ELSE 1 + (SELECT count(*) FROM vouchers_redemption AS earlier
                WHERE earlier.tenant_id = %(tenant)s AND earlier.voucher_id = used.id)
        END AS use_number,
        CASE WHEN gives_change THEN paid_taken - LEAST(paid_taken, discount_minor) ELSE 0 END AS change_amount
    FROM used
), written AS (
    INSERT INTO vouchers_redemption (
        id, tenant_id, voucher_id, coupon_id, customer_id, named_customer_id, store_id, key, external_id,
        amount_minor, discount_minor, cost_minor, unreserved_minor, released_minor, currency, paid_unit, paid_used, change_amount,
        use_number, funded_by, redeemed_at, actor_kind, actor_id, actor_label)
    SELECT
        %(redemption)s, %(tenant)s, p.id, p.coupon_id, COALESCE(%(customer)s::uuid, p.customer_id),
        %(customer)s::uuid, %(store)s, %(key)s, %(external_id)s, %(amount)s::bigint, p.discount_minor, p.cost_minor,
        p.unreserved_minor, p.released_minor, p.currency, p.paid_unit, p.paid_taken - p.change_amount, p.change_amount,
        p.use_number, p.funded_by, %(now)s, %(actor_kind)s, %(actor_id)s::uuid, %(actor_label)s
    FROM priced AS p
    ON CONFLICT (tenant_id, key) DO NOTHING
    RETURNING id
)
SELECT priced.*, EXISTS (SELECT FROM written) AS is_written FROM priced

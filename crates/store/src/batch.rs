//! Many rows by their ids in few statements, though a statement's text is fixed: the same text for lists of four lengths, and
//! a shorter list says its last id again.

use uuid::Uuid;

use crate::{Row, StoreError, TenantTx, Value};

/// How many ids each of the texts takes.
const LENGTHS: [usize; 4] = [1, 8, 32, 128];

/// One statement for lists of each of the [`LENGTHS`].
pub(crate) type ByIds = [&'static str; 4];

/// `by_ids!(["SELECT … WHERE tenant_id = $1 AND id IN ("], [")"])`: a [`ByIds`]. The ids are `$2` and on.
macro_rules! by_ids {
    ([$($head:tt)*], [$($tail:tt)*]) => {
        [
            concat!($($head)*, "$2", $($tail)*),
            concat!($($head)*, $crate::batch::ids_8!(), $($tail)*),
            concat!($($head)*, $crate::batch::ids_32!(), $($tail)*),
            concat!($($head)*, $crate::batch::ids_128!(), $($tail)*),
        ]
    };
}
pub(crate) use by_ids;

macro_rules! ids_8 {
    () => {
        "$2, $3, $4, $5, $6, $7, $8, $9"
    };
}
pub(crate) use ids_8;

macro_rules! ids_32 {
    () => {
        "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
         $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33"
    };
}
pub(crate) use ids_32;

macro_rules! ids_128 {
    () => {
        "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
         $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41,
         $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61,
         $62, $63, $64, $65, $66, $67, $68, $69, $70, $71, $72, $73, $74, $75, $76, $77, $78, $79, $80, $81,
         $82, $83, $84, $85, $86, $87, $88, $89, $90, $91, $92, $93, $94, $95, $96, $97, $98, $99, $100, $101,
         $102, $103, $104, $105, $106, $107, $108, $109, $110, $111, $112, $113, $114, $115, $116, $117, $118, $119, $120, $121,
         $122, $123, $124, $125, $126, $127, $128, $129"
    };
}
pub(crate) use ids_128;

/// The rows of all these ids, in any order, each once.
pub(crate) async fn rows<T: Copy + Into<Uuid>>(
    tx: &mut TenantTx<'_>,
    texts: &ByIds,
    ids: &[T],
) -> Result<Vec<Row>, StoreError> {
    let mut ids: Vec<Uuid> = ids.iter().map(|id| (*id).into()).collect();
    ids.sort_unstable();
    ids.dedup();
    let longest = LENGTHS[LENGTHS.len() - 1];
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(longest) {
        let (sql, length) = text_for(texts, chunk.len());
        let mut args: Vec<Value<'_>> = chunk.iter().map(|id| Value::Id(*id)).collect();
        if let Some(last) = chunk.last() {
            args.resize(length, Value::Id(*last));
        }
        found.extend(tx.rows(sql, &args).await?);
    }
    Ok(found)
}

fn text_for(texts: &ByIds, count: usize) -> (&'static str, usize) {
    let fits = LENGTHS.iter().position(|length| count <= *length).unwrap_or(LENGTHS.len() - 1);
    (texts[fits], LENGTHS[fits])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_takes_as_many_ids_as_it_says() {
        const TEXTS: ByIds = by_ids!(["IN ("], [")"]);
        for (text, length) in TEXTS.iter().zip(LENGTHS) {
            let named: Vec<String> = (2..2 + length).map(|n| format!("${n}")).collect();
            let spaces_apart: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(spaces_apart, format!("IN ({})", named.join(", ")));
        }
    }

    #[test]
    fn the_shortest_text_that_fits_is_taken() {
        const TEXTS: ByIds = by_ids!(["("], [")"]);
        for (count, length) in [(1, 1), (2, 8), (8, 8), (9, 32), (33, 128), (128, 128)] {
            assert_eq!(text_for(&TEXTS, count).1, length);
        }
    }
}

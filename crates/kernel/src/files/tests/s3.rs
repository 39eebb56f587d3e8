//! The same against an S3 server; `tests/proof/files_s3` starts one and runs this.

use futures_util::stream::TryStreamExt;

use super::super::{Expected, FileStore, MediaType, Sha256, samples};
use super::{LIMIT, expected, pieces, put};

#[tokio::test]
#[ignore = "needs an S3 server: tests/proof/files_s3"]
async fn a_bucket_keeps_files_like_a_directory() {
    let address = std::env::var("FILES_S3").unwrap();
    let store = FileStore::open(&address).unwrap();
    store.probe().await.unwrap();
    let missing = FileStore::open("s3://no-such-bucket-anywhere/files").unwrap();
    assert_eq!(missing.probe().await.unwrap_err().code(), "file.storage_unavailable");

    for (content, media_type) in [(samples::pdf(), MediaType::Pdf), (samples::mp4(12 << 20), MediaType::Mp4)] {
        let name = Sha256::of(&content);
        let liar = Expected { sha256: Sha256::of(b"other"), ..expected(&content, media_type) };
        assert_eq!(store.put(pieces(&content), liar, LIMIT).await.unwrap_err().code(), "file.hash_mismatch");
        for lost in [name, liar.sha256] {
            assert_eq!(store.get(&lost).await.err().unwrap().code(), "file.missing");
        }
        for _ in 0..2 {
            assert_eq!(put(&store, &content, media_type).await.unwrap().sha256, name);
        }
        assert!(store.get(&name).await.unwrap().read(LIMIT).await.unwrap() == content);
        let part = store.get_range(&name, 5..u64::MAX).await.unwrap();
        assert!(part.read(LIMIT).await.unwrap() == content.slice(5..));
        let listed: Vec<_> = store.list().try_collect().await.unwrap();
        assert_eq!(
            listed.iter().map(|entry| (entry.sha256, entry.size)).collect::<Vec<_>>(),
            [(name, content.len() as u64)]
        );
        for _ in 0..2 {
            store.delete(&name).await.unwrap();
        }
        assert_eq!(store.get(&name).await.err().unwrap().code(), "file.missing");
    }
}

// Uploads of a real file: whole, cancelled half way, resumed, refused.
#include "tests/integration/rpc/rpc_fixture.h"

#include <fstream>

using namespace slipway;
using namespace slipway::test;

namespace
{

constexpr std::size_t kFileBytes = 20 * 1024 * 1024;
constexpr std::size_t kChunkBytes = 256 * 1024;

// Not periodic in the chunk size, so that a misplaced chunk shows.
std::string content()
{
    std::string bytes(kFileBytes, '\0');
    std::uint32_t value = 12345;
    for (char &byte : bytes) {
        value = value * 1664525u + 1013904223u;
        byte = char(value >> 24);
    }
    return bytes;
}

} // namespace

class UploadTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_content = content(); }
    void init();
    void cleanup() { m_rpc.reset(); }
    void aWholeFileArrives();
    void cancelledHalfWayItResumes();
    void cancelledAtOnceNothingIsCalled();
    void theFabricsRefusalIsReported();
    void aFileThatCannotBeReadIsRefused();
    void aSlowFabricHoldsTheSenderBack();

private:
    std::unique_ptr<client::Subscription> upload();

    std::string m_content;
    std::unique_ptr<Rpc> m_rpc;
    std::filesystem::path m_file;
    SlotPtr<std::uint64_t> m_progress;
    SlotPtr<Result<v1::UploadReply>> m_done;
};

void UploadTest::init()
{
    m_rpc = std::make_unique<Rpc>();
    m_rpc->start();
    m_rpc->connect();
    m_file = std::filesystem::path(m_rpc->folder.path().toStdString()) / "package.cspkg";
    std::ofstream(m_file, std::ios::binary) << m_content;
    m_progress = makeSlot<std::uint64_t>();
    m_done = makeSlot<Result<v1::UploadReply>>();
}

std::unique_ptr<client::Subscription> UploadTest::upload()
{
    return m_rpc->client->uploadPackage(
        m_file, "u1",
        [progress = m_progress](client::UploadProgress now) { progress->put(now.sent_bytes); },
        into(m_done));
}

void UploadTest::aWholeFileArrives()
{
    const auto subscription = upload();
    QTRY_VERIFY_WITH_TIMEOUT(m_done->filled(), 30000);
    QVERIFY2(m_done->last().has_value(),
             m_done->last() ? "" : m_done->last().error().message().c_str());
    QCOMPARE(m_done->last()->package().size_bytes(), std::uint64_t(kFileBytes));
    QCOMPARE(m_done->last()->package().file_name(), std::string("package.cspkg"));
    QVERIFY(!m_done->last()->package().actor().empty());
    QVERIFY(m_rpc->fabric.uploaded("u1") == m_content);
    QCOMPARE(m_progress->last(), std::uint64_t(kFileBytes));
    QCOMPARE(m_rpc->fabric.chunks(), int(kFileBytes / kChunkBytes));
}

void UploadTest::cancelledHalfWayItResumes()
{
    m_rpc->fabric.holdUploads(kFileBytes / 2);
    auto subscription = upload();
    QTRY_VERIFY_WITH_TIMEOUT(m_progress->filled() && m_progress->last() > kFileBytes / 4, 30000);
    subscription.reset();
    m_rpc->fabric.holdUploads(std::size_t(-1));
    const std::size_t told = m_progress->count();
    // What was under way may still arrive; then the fabric has a part and keeps it.
    std::size_t kept = 0;
    QVERIFY(QTest::qWaitFor([&] {
        const std::size_t before = std::exchange(kept, m_rpc->fabric.uploaded("u1").size());
        return kept > 0 && kept == before;
    }));
    QVERIFY(kept < kFileBytes);
    QTRY_COMPARE(m_rpc->fabric.dropped(), 1); // its carrier told that it is gone
    QCOMPARE(m_progress->count(), told);
    QVERIFY(!m_done->filled());

    subscription = upload();
    QTRY_VERIFY_WITH_TIMEOUT(m_done->filled(), 30000);
    QVERIFY(m_done->last().has_value());
    QVERIFY(m_rpc->fabric.uploaded("u1") == m_content);
    QVERIFY(m_progress->at(told) >= kept); // went on where it had stopped
}

void UploadTest::cancelledAtOnceNothingIsCalled()
{
    for (int i = 0; i < 20; ++i)
        upload().reset();
    const auto status = makeSlot<Result<v1::FabricStatus>>();
    m_rpc->client->status(into(status));
    QTRY_VERIFY(status->filled());
    m_rpc->client.reset(); // waits for every call
    QVERIFY(!m_done->filled());
}

void UploadTest::theFabricsRefusalIsReported()
{
    // The file becomes shorter than what the fabric has of this upload.
    auto subscription = upload();
    QTRY_VERIFY_WITH_TIMEOUT(m_done->filled(), 30000);
    std::filesystem::resize_file(m_file, 1000);
    subscription = upload();
    QTRY_COMPARE(m_done->count(), std::size_t(2));
    QCOMPARE(m_done->last().error().reason(), std::string("UPLOAD_MISMATCH"));
}

void UploadTest::aFileThatCannotBeReadIsRefused()
{
    m_file = "/nowhere/package.cspkg";
    const auto subscription = upload();
    QVERIFY(m_done->filled());
    QCOMPARE(m_done->last().error().reason(), std::string("FILE_NOT_READABLE"));
    QVERIFY(m_done->last().error().message().find("/nowhere/package.cspkg") != std::string::npos);
}

void UploadTest::aSlowFabricHoldsTheSenderBack()
{
    std::unique_ptr<client::Subscription> subscription;
    m_rpc->fabric.run([&] {
        // While the fabric's thread stands still here, not even the first answer comes.
        subscription = upload();
        QVERIFY(!m_done->filled());
    });
    QTRY_VERIFY_WITH_TIMEOUT(m_done->filled(), 30000);
    QVERIFY(m_rpc->fabric.uploaded("u1") == m_content);
}

QTEST_GUILESS_MAIN(UploadTest)
#include "upload_test.moc"

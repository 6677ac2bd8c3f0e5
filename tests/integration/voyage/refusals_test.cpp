// Bad packages sent to a real fabric: each is refused in words of its own, and nothing of it stays.
#include "tests/integration/voyage/voyage.h"
#include "tests/unit/packages/hand_made.h"

#include <QCryptographicHash>
#include <QDirIterator>

using namespace Qt::StringLiterals;
using namespace slipway::test;
using slipway::testing::MadeEntry;
using slipway::testing::smallZip;

class RefusalsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void badPackagesAreRefused_data();
    void badPackagesAreRefused();
    void theFabricGoesOn();
    void cleanupTestCase();

private:
    QString path(const QString &name) const { return m_fabric.folder() + u'/' + name; }
    QString made(const QString &name, const std::vector<MadeEntry> &entries) const;
    QString madeWith(const QString &name, MadeEntry entry) const;
    QStringList files() const;

    FabricHarness m_fabric;
};

void RefusalsTest::initTestCase()
{
    QVERIFY(m_fabric.start({u"--hosts"_s, u"2"_s}));
    const CtlResult sent = m_fabric.ctl({u"package"_s, u"upload"_s, sample("static-site.cspkg")});
    QVERIFY2(sent.ok(), qPrintable(sent.all()));
    QTRY_COMPARE(m_fabric.json({u"hosts"_s}).array().at(1)[u"state"_s].toString(), u"Ready"_s);
}

QString RefusalsTest::made(const QString &name, const std::vector<MadeEntry> &entries) const
{
    slipway::testing::writeZip(path(name).toStdString(), entries);
    return path(name);
}

QString RefusalsTest::madeWith(const QString &name, MadeEntry entry) const
{
    auto entries = smallZip();
    entries.push_back(std::move(entry));
    return made(name, entries);
}

// Everything in the package store and among the uploads.
QStringList RefusalsTest::files() const
{
    QStringList found;
    for (const QString &folder : {u"/packages"_s, u"/uploads"_s}) {
        QDirIterator walk(m_fabric.dataFolder() + folder,
                          QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
                          QDirIterator::Subdirectories);
        while (walk.hasNext()) {
            const QString file = walk.next();
            found << file + u' ' + QString::number(walk.fileInfo().size());
        }
    }
    found.sort();
    return found;
}

void RefusalsTest::badPackagesAreRefused_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("reason");
    QByteArray whole = readText(sample("guestbook-v1.cspkg"));
    QVERIFY(writeText(path(u"cut.cspkg"_s), whole.left(whole.size() / 2)));
    QTest::newRow("truncated") << path(u"cut.cspkg"_s) << u"ARCHIVE_TRUNCATED"_s;
    QVERIFY(writeText(path(u"flipped.cspkg"_s), [&] {
        QByteArray flipped = whole;
        flipped[flipped.size() / 2] = char(flipped[flipped.size() / 2] ^ 0x55);
        return flipped;
    }()));
    QTest::newRow("damaged") << path(u"flipped.cspkg"_s) << u"ARCHIVE_DAMAGED"_s;
    QFile sparse(path(u"huge.cspkg"_s));
    QVERIFY(sparse.open(QIODevice::WriteOnly) && sparse.resize(qint64(2) * 1024 * 1024 * 1024 + 1));
    sparse.close();
    QTest::newRow("oversized") << path(u"huge.cspkg"_s) << u"TOO_LARGE"_s;
    QTest::newRow("climbs out") << madeWith(u"climbs.zip"_s, {"../../../escaped", "x"})
                                << u"ENTRY_UNSAFE_PATH"_s;
    QTest::newRow("absolute") << madeWith(u"absolute.zip"_s, {"/tmp/escaped", "x"})
                              << u"ENTRY_UNSAFE_PATH"_s;
    QTest::newRow("symlinked") << madeWith(u"linked.zip"_s,
                                           {"Web/link", "", 0120000, "/etc/passwd"})
                               << u"ENTRY_NOT_A_FILE"_s;
    QTest::newRow("bomb") << madeWith(u"bomb.zip"_s, {"Web/zeros", std::string(200u << 20, '\0')})
                          << u"ARCHIVE_BOMB"_s;
    auto picture = smallZip();
    picture[0].data = std::string("\x89PNG\r\n\x1a\n\0\0", 10);
    QTest::newRow("non-XML") << made(u"picture.zip"_s, picture) << u"DEFINITION_INVALID"_s;
    QVERIFY(writeText(path(u"text.cspkg"_s), "just some words\n"));
    QTest::newRow("no archive") << path(u"text.cspkg"_s) << u"NOT_AN_ARCHIVE"_s;
    QVERIFY(writeText(path(u"empty.cspkg"_s), ""));
    QTest::newRow("empty") << path(u"empty.cspkg"_s) << u"FILE_NOT_READABLE"_s;
}

void RefusalsTest::badPackagesAreRefused()
{
    QFETCH(QString, file);
    QFETCH(QString, reason);
    const QStringList files_before = files();
    const QString packages_before = m_fabric.json({u"package"_s, u"list"_s}).out;
    const qint64 revision_before = m_fabric.status()[u"revision"_s].toInteger();
    const CtlResult refused = m_fabric.json({u"package"_s, u"upload"_s, file}, 120000);
    QCOMPARE(refused.exit_code, 1);
    QVERIFY2(refused.err.startsWith(u"slipwayctl: "_s), qPrintable(refused.err));
    QVERIFY2(refused.err.section(u'\n', 0, 0).contains(reason), qPrintable(refused.err));
    QCOMPARE(files(), files_before);
    QCOMPARE(m_fabric.json({u"package"_s, u"list"_s}).out, packages_before);
    QCOMPARE(m_fabric.status()[u"revision"_s].toInteger(), revision_before);
    QVERIFY(!QFile::exists(u"/tmp/escaped"_s));
    QVERIFY(!QFile::exists(m_fabric.dataFolder() + u"/escaped"_s));
    QVERIFY(QFile::remove(file));
}

void RefusalsTest::theFabricGoesOn()
{
    QVERIFY(m_fabric.running());
    const CtlResult sent = m_fabric.ctl({u"package"_s, u"upload"_s, sample("guestbook-v1.cspkg")});
    QVERIFY2(sent.ok(), qPrintable(sent.all()));
    QCOMPARE(m_fabric.json({u"package"_s, u"list"_s}).array().size(), 2);
}

void RefusalsTest::cleanupTestCase()
{
    if (!m_fabric.running())
        return;
    QVERIFY2(m_fabric.stop(), qPrintable(m_fabric.log()));
    QCOMPARE(m_fabric.leftovers(), QStringList());
}

QTEST_GUILESS_MAIN(RefusalsTest)
#include "refusals_test.moc"

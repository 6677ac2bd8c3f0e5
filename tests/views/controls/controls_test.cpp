// Every control of every page is used in some test, or docs/controls.md says why not; and every one
// has a name for those who do not see it.
#include "tests/views/controls/control_list.h"

#include <QApplication>
#include <QFile>
#include <QtTest>

using namespace Qt::StringLiterals;
using namespace slipway::test;

namespace
{

// A line each: Qt cuts a long message.
void verifyNone(const QStringList &lines)
{
    for (const QString &line : lines) {
        qWarning().noquote() << line;
    }
    QCOMPARE(lines.size(), 0);
}

} // namespace

class ControlsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyControlHasNames();
    void everyControlIsListed();
    void everyTestNamesItsControls();
    void nothingIsListedThatIsGone();

private:
    const QString m_page = QStringLiteral(SLIPWAY_SOURCE_DIR "/docs/controls.md");
    ControlWalk m_walk;
    QMap<QString, ListedControl> m_list;
};

void ControlsTest::initTestCase()
{
    m_walk.run();
    QVERIFY2(m_walk.controls().size() > 150, "the walk saw too little to be true");
    if (qEnvironmentVariableIsSet("SLIPWAY_WRITE_CONTROLS")) {
        QVERIFY(writeControlList(m_page, m_walk.controls()));
    }
    m_list = readControlList(m_page);
}

void ControlsTest::everyControlHasNames()
{
    verifyNone(m_walk.faults());
}

// In the list with a test, or with the reason why none uses it.
void ControlsTest::everyControlIsListed()
{
    QStringList missing;
    for (const auto &control : m_walk.controls()) {
        const auto listed = m_list.value(control.name + u'|' + control.kind);
        if (listed.used_by.isEmpty() && listed.why_not.size() < 10) {
            missing << control.place + u": "_s + control.kind + u' ' + control.name;
        }
    }
    verifyNone(missing);
}

void ControlsTest::everyTestNamesItsControls()
{
    QStringList wrong;
    for (const auto &control : m_walk.controls()) {
        const auto listed = m_list.value(control.name + u'|' + control.kind);
        QFile source(QStringLiteral(SLIPWAY_SOURCE_DIR "/tests/") + listed.used_by);
        if (!listed.used_by.isEmpty() &&
            !(source.open(QIODevice::ReadOnly) &&
              testNames(QString::fromUtf8(source.readAll()), control))) {
            wrong << control.name + u" is not in "_s + listed.used_by;
        }
    }
    verifyNone(wrong);
}

void ControlsTest::nothingIsListedThatIsGone()
{
    auto gone = m_list;
    for (const auto &control : m_walk.controls()) {
        gone.remove(control.name + u'|' + control.kind);
    }
    verifyNone(gone.keys());
}

QTEST_MAIN(ControlsTest)
#include "controls_test.moc"

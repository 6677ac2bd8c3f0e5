#include "tests/views/controls/control_list.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>

#include <algorithm>

namespace slipway::test
{

using namespace Qt::StringLiterals;

namespace
{

const QString kNotUsed = u"not used in a test: "_s;

QString readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

// What a test writes to reach the control: "price-" for a family, an action's own name.
QString stemOf(const FoundControl &control)
{
    QString stem = control.name;
    if (control.kind == u"QAction"_s) {
        stem = stem.section(u": "_s, 1);
    }
    return stem.endsWith(u'*') ? stem.chopped(1) : stem;
}

// View tests first, then those of the whole portal; galleries look and do not use.
QStringList testFiles()
{
    const QDir tests(QStringLiteral(SLIPWAY_SOURCE_DIR "/tests"));
    QStringList files;
    for (const auto *folder : {"views", "integration/driven", "integration/portal"}) {
        QStringList found;
        QDirIterator walk(tests.filePath(QString::fromLatin1(folder)), {u"*_test.cpp"_s},
                          QDir::Files, QDirIterator::Subdirectories);
        while (walk.hasNext()) {
            found << tests.relativeFilePath(walk.next());
        }
        found.sort();
        files << found;
    }
    files.removeIf([](const QString &file) { return file.endsWith(u"controls_test.cpp"_s); });
    return files;
}

QString testOf(const FoundControl &control, const QStringList &files)
{
    for (const QString &file : files) {
        const QString source = readAll(QStringLiteral(SLIPWAY_SOURCE_DIR "/tests/") + file);
        if (testNames(source, control)) {
            return file;
        }
    }
    return {};
}

} // namespace

bool testNames(const QString &source, const FoundControl &control)
{
    const QString stem = stemOf(control);
    const bool family = control.name.endsWith(u'*');
    return source.contains(u'"' + stem + (family ? QString() : u"\""_s));
}

QMap<QString, ListedControl> readControlList(const QString &file)
{
    QMap<QString, ListedControl> list;
    for (const QString &line : readAll(file).split(u'\n')) {
        const QStringList cells = line.split(u'|');
        if (cells.size() != 6 || !cells[2].contains(u'`')) {
            continue;
        }
        const QString key = cells[2].trimmed().remove(u'`') + u'|' + cells[3].trimmed();
        const QString used = cells[4].trimmed();
        const bool unused = used.startsWith(kNotUsed);
        list[key] = {unused ? QString() : QString(used).remove(u'`'),
                     unused ? used.mid(kNotUsed.size()) : QString()};
    }
    return list;
}

bool writeControlList(const QString &path, const QList<FoundControl> &controls)
{
    const auto before = readControlList(path);
    const QStringList files = testFiles();
    QString text = u"# Every control and the test that uses it\n\n"
                   "`controls_test` walks through all pages, panels and menus and fails when a "
                   "control is missing here, when a\ntest named here does not name the control, "
                   "or when a control has no object name or accessible name.\nWritten by "
                   "`SLIPWAY_WRITE_CONTROLS=1 build/<preset>/tests/controls_test`, which keeps "
                   "the reasons.\n\n| where | control | kind | used by (below `tests/`) |\n"
                   "|---|---|---|---|\n"_s;
    for (const auto &control : controls) {
        const QString key = control.name + u'|' + control.kind;
        const QString test = testOf(control, files);
        const QString why = before.value(key).why_not;
        const QString used = test.isEmpty() ? QString(kNotUsed + (why.isEmpty() ? u"?"_s : why))
                                            : QString(u'`' + test + u'`');
        text += u"| "_s + control.place + u" | `"_s + control.name + u"` | "_s + control.kind +
                u" | "_s + used + u" |\n"_s;
    }
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(text.toUtf8()) == text.toUtf8().size();
}

} // namespace slipway::test

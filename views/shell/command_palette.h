// Ctrl+K: one field that finds pages, services, instances, hosts and commands.
#pragma once

#include "models/base/fabric_store.h"
#include "views/theme/theme.h"
#include "views/widgets/place.h"

#include <QFrame>
#include <QPointer>
#include <functional>

class QAction;
class QLineEdit;
class QListWidget;

namespace slipway::views
{

struct PaletteEntry {
    QString text;
    QString hint; // at the right: what it is
    QString icon;
    std::function<void()> run;
};

class CommandPalette : public QFrame
{
    Q_OBJECT

public:
    // Called when it opens, and with each change of the words; returns at most a screenful.
    using Find = std::function<QList<PaletteEntry>(const QString &words)>;

    CommandPalette(const Theme &theme, Find find, QWidget *window);
    void setAnchor(QWidget *field) { m_anchor = field; } // it opens over the middle of this
    void openPalette();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void refresh();
    void place();
    void runCurrent();
    void move(int rows);

    const Theme &m_theme;
    Find m_find;
    QLineEdit *m_field;
    QListWidget *m_list;
    QList<PaletteEntry> m_entries;
    QWidget *m_anchor = nullptr;
    QPointer<QWidget> m_keys_before; // had the keys before it opened
};

// How well `text` fits the words: 0 not at all, more is better. Every word must occur.
int fitness(const QString &text, const QString &words);

} // namespace slipway::views

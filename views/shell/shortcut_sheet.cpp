#include "views/shell/shortcut_sheet.h"

#include "views/widgets/buttons.h"
#include "views/widgets/label.h"

#include <QGridLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;

ShortcutSheet::ShortcutSheet(const Theme &theme, const QList<Key> &keys, QWidget *parent)
    : QDialog(parent)
{
    setObjectName(u"shortcutSheet"_s);
    setWindowTitle(tr("Keyboard shortcuts"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(24, 22, 24, 20);
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(9);
    grid->addWidget(new Label(theme, TextRole::CardTitle, tr("Keyboard shortcuts")), 0, 0, 1, 2);
    int row = 1;
    for (const auto &key : keys) {
        auto *keys_label = new Label(theme, TextRole::Mono, key.keys);
        keys_label->setTone(u"accent"_s);
        grid->addWidget(keys_label, row, 0);
        grid->addWidget(new Label(theme, TextRole::Body, key.what), row++, 1);
    }
    auto *close = makeButton(theme, ButtonKind::Normal, tr("Close"));
    close->setObjectName(u"closeSheet"_s);
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    grid->addWidget(close, row, 1, Qt::AlignRight);
}

} // namespace slipway::views

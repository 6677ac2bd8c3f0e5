// F1: all keys on one sheet.
#pragma once

#include "views/theme/theme.h"

#include <QDialog>

namespace slipway::views
{

class ShortcutSheet : public QDialog
{
    Q_OBJECT

public:
    struct Key {
        QString keys;
        QString what;
    };
    ShortcutSheet(const Theme &theme, const QList<Key> &keys, QWidget *parent);
};

} // namespace slipway::views

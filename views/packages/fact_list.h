// Names at the left, values at the right; what is empty is left out.
#pragma once

#include "views/widgets/label.h"

#include <QWidget>

class QGridLayout;

namespace slipway::views
{

class FactList : public QWidget
{
    Q_OBJECT

public:
    explicit FactList(const Theme &theme, QWidget *parent = nullptr);
    void add(const QString &name, const QString &value, TextRole role = TextRole::Body);

private:
    const Theme &m_theme;
    QGridLayout *m_grid;
};

} // namespace slipway::views

// A text in one of the theme's roles; follows the theme.
#pragma once

#include "views/theme/theme.h"

#include <QLabel>

namespace slipway::views
{

class Label : public QLabel
{
    Q_OBJECT

public:
    Label(const Theme &theme, TextRole role, const QString &text = {}, QWidget *parent = nullptr);

    static Label *secondary(const Theme &theme, TextRole role, const QString &text = {},
                            QWidget *parent = nullptr);
    // "bad", "warning", "ok", "accent", "between" or empty.
    void setTone(const QString &tone);
    // Shortens with an ellipsis to the width it gets, the whole text as tooltip. In the middle
    // where texts differ at their ends, as names of instances do.
    void setElided(bool elided, Qt::TextElideMode mode = Qt::ElideRight);
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    bool m_elided = false;
    Qt::TextElideMode m_mode = Qt::ElideRight;
};

} // namespace slipway::views

// The round button between the slots. It can always be pressed: what it opens says why a swap may
// or may not be.
#pragma once

#include "views/service/swap_preflight.h"
#include "views/theme/theme.h"

#include <QAbstractButton>

namespace slipway::views
{

class SwapButton : public QAbstractButton
{
    Q_OBJECT

public:
    SwapButton(const Theme &theme, SwapPreflight &preflight, QWidget *parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void refresh();
    QRectF circle() const;

    const Theme &m_theme;
    SwapPreflight &m_preflight;
};

} // namespace slipway::views

// Production and staging side by side, the swap between them. When the deployments are swapped, the
// cards change places.
#pragma once

#include "views/service/service_models.h"

#include <QWidget>

class QPropertyAnimation;

namespace slipway::views
{

class SlotCard;
class SwapButton;

class SlotBoard : public QWidget
{
    Q_OBJECT

public:
    SlotBoard(PageContext &context, ServiceModels &models, QWidget *parent = nullptr);
    void setWatched(bool watched);
    bool isMoving() const;

Q_SIGNALS:
    void deployRequested(slipway::v1::SlotKind slot);
    void swapRequested();

private:
    void noticeSwap();
    void changePlaces();
    void slide(QPropertyAnimation &animation, QWidget &card, const QPoint &from);

    PageContext &m_context;
    ServiceModels &m_models;
    SlotCard *m_production;
    SlotCard *m_staging;
    SwapButton *m_swap;
    QPropertyAnimation *m_to_left;
    QPropertyAnimation *m_to_right;
    std::string m_production_id; // as last shown
    std::string m_staging_id;
};

} // namespace slipway::views

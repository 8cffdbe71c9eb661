"""Terms of other vocabularies a policy may name: a closed list of each, so that a mistyped one is a finding.

Facts, taken over on 2026-11-28:

- `PERSONAL_DATA`, `PURPOSES`: W3C Data Privacy Vocabulary 2.3 (state of 2026-02-28), the terms of the extension `pd` and
  of the module *purposes*, without properties.
- `DATA_CATEGORIES`, `DATA_USES`: fideslang, the default taxonomy of 3.1.4 (state of 2025-12-17).
- `COUNTRIES`: ISO 3166-1 alpha-2, the officially assigned codes in small letters (as of CLDR 47).
"""

from __future__ import annotations

PERSONAL_DATA = frozenset(
    """
Accent AccountIdentifier Acquaintance Age AgeExact AgeRange ApartmentOwned Association Attitude Authenticating
AuthenticationHistory BankAccount Behavioural Biometric BirthCountry BirthDate BirthPlace BloodType
BrowserFingerprint BrowserHistory BrowsingBehaviour BrowsingReferral CallLog CarOwned Character Citizenship City
Communication CommunicationsMetadata Connection Contact Country Credit CreditCapacity CreditCardNumber CreditRecord
CreditScore CreditStanding CreditWorthiness Criminal CriminalCharge CriminalConviction CriminalOffence
CriminalPardon CurrentEmployment CurrentLocation DNACode Demeanour Demographic DeviceApplications DeviceBased
DeviceOperatingSystem DeviceSoftware Dialect DigitalFingerprint Disability DisciplinaryAction Dislike Divorce
Domicile DrugTestResult Education EducationExperience EducationQualification EducationTraining EmailAddress
EmailAddressPersonal EmailAddressWork EmailContent Emotion EmploymentHistory EthnicOrigin Ethnicity External
FacialExpression FacialPrint Family FamilyHealthHistory FamilyStructure Favourite FavouriteColour FavouriteFood
FavouriteMusic Fetish Financial FinancialAccount FinancialAccountNumber FinancialStatus Fingerprint Friend
GPSCoordinate Gender GeneralReputation Genetic Geographic GroupMembership GroupProfile HairColour Health
HealthHistory HealthRecord Height Historical HomeLocation HouseNumber HouseOwned Household IPAddress Identifier
Identifying Income IncomeBracket IndividualHealthHistory IndividualProfile Insurance Intention Interaction Interest
Internal Job KnowledgeBelief Language LifeHistory Like LinkClicked LoanRecord Locality Location MACAddress
MaritalStatus Marriage MedicalHealth MentalHealth Mood Name Nationality OfficialID Offspring Opinion Ownership
PINCode Parent Passport Password PastEmployment PaymentCard PaymentCardExpiry PaymentCardNumber PerformanceAtWork
PersonalDocuments PersonalPossession Personality PhilosophicalBelief PhysicalAddress PhysicalCharacteristic
PhysicalHealth PhysicalTrait Picture Piercing PoliticalAffiliation PoliticalOpinion PostalCode Preference
Prescription PrivacyPreference Proclivity Professional ProfessionalCertification ProfessionalEvaluation
ProfessionalExperience ProfessionalInterview ProfessionalTraining Profile PublicLife PubliclyAvailableSocialMedia
Purchase PurchasesAndSpendingHabit Race Reference Region Relationship Reliability Religion ReligiousBelief Residency
Retina RoomNumber Salary Sale School SecretText ServiceConsumptionBehaviour Sexual SexualHistory SexualPreference
Sibling SkinTone Social SocialBehaviour SocialMedia SocialMediaCommunication SocialNetwork SocialStatus Street
TVViewingBehaviour Tattoo Tax TechnicalKnowledge TelephoneNumber Thought Tracking TradeUnionMembership Transaction
Transactional TravelHistory UID UserAgent Username VehicalLicenseNumber VehicalLicenseRegistration Vehicle
VehicleLicense VehicleUsage VoiceCommunicationRecording VoiceMail Vulnerability Weight WorkEnvironment
WorkExperience WorkHistory WorkLocation
""".split()
)
"""Categories of personal data, without their prefix `pd:`."""

PURPOSES = frozenset(
    """
AcademicResearch AccountManagement Advertising AgeVerification CombatClimateChange CommercialPurpose
CommercialResearch CommunicationForCustomerCare CommunicationManagement CounterMoneyLaundering Counterterrorism
CustomerCare CustomerClaimsManagement CustomerManagement CustomerOrderManagement CustomerRelationshipManagement
CustomerSolvencyMonitoring DataAltruism DeliveryOfGoods DirectMarketing DisputeManagement EnforceAccessControl
EnforceSecurity EstablishContractualAgreement FraudPreventionAndDetection FulfilmentOfContractualObligation
FulfilmentOfObligation HumanResourceManagement IdentityAuthentication IdentityVerification
ImproveExistingProductsAndServices ImproveHealthcare ImproveInternalCRMProcesses ImprovePublicServices
ImproveTransportMobility IncreaseServiceRobustness InternalResourceOptimisation LegalCompliance
MaintainFraudDatabase Marketing MemberPartnerManagement MisusePreventionAndDetection NonCommercialPurpose
NonCommercialResearch OptimisationForConsumer OptimisationForController OptimiseUserInterface
OrganisationComplianceManagement OrganisationGovernance OrganisationRiskManagement PaymentManagement Personalisation
PersonalisedAdvertising PersonalisedBenefits PersonnelBehaviourMonitoring PersonnelHiring PersonnelManagement
PersonnelMonitoring PersonnelOffboarding PersonnelOnboarding PersonnelPayment PersonnelPerformanceEvaluation
PersonnelPerformanceManagement PersonnelPerformanceMonitoring PersonnelPerformancePrediction
PersonnelPromotionManagement PersonnelTerminationManagement PersonnelWorkloadManagement PoliticalCampaign
ProtectionOfIPR ProtectionOfNationalSecurity ProtectionOfPublicSecurity ProvideEventRecommendations
ProvideOfficialStatistics ProvidePersonalisedRecommendations ProvideProductRecommendations PublicBenefit
PublicPolicyMaking PublicRelations RecordManagement RecruitmentAdvertising RecruitmentApplicantBackgroundCheck
RecruitmentApplicantCriminalBackgroundCheck RecruitmentApplicantInformationAuthentication
RecruitmentApplicantSelection RecruitmentApplicationAnalysis RecruitmentApplicationManagement
RecruitmentApplicationScreening RecruitmentInterviewAnalysis RecruitmentInterviewAssessment
RecruitmentInterviewManagement RecruitmentInterviewScheduling RecruitmentManagement RecruitmentTargetedAdvertising
RepairImpairments RequestedServiceProvision ResearchAndDevelopment RightsFulfilment ScientificResearch
SearchFunctionalities SellDataToThirdParties SellInsightsFromData SellProducts SellProductsToDataSubject
ServiceAccessDetermination ServiceManagement ServiceMonitoring ServiceOptimisation ServicePersonalisation
ServiceProvision ServiceRegistration ServiceUsageAnalytics SocialMediaMarketing TargetedAdvertising
TechnicalServiceProvision UserInterfacePersonalisation VendorManagement VendorPayment VendorRecordsManagement
VendorSelectionAssessment Verification
""".split()
)
"""Purposes, without their prefix `dpv:`."""

DATA_CATEGORIES = frozenset(
    """
system system.authentication system.operations user user.account user.account.settings user.account.username
user.authorization user.authorization.biometric user.authorization.credentials user.authorization.password
user.behavior user.behavior.browsing_history user.behavior.media_consumption user.behavior.purchase_history
user.behavior.search_history user.biometric user.biometric.fingerprint user.biometric.health user.biometric.retinal
user.biometric.voice user.childrens user.contact user.contact.address user.contact.address.city
user.contact.address.country user.contact.address.postal_code user.contact.address.state user.contact.address.street
user.contact.email user.contact.fax_number user.contact.organization user.contact.phone_number user.contact.url
user.content user.content.private user.content.public user.content.self_image user.criminal_history user.demographic
user.demographic.age_range user.demographic.date_of_birth user.demographic.gender user.demographic.language
user.demographic.marital_status user.demographic.political_opinion user.demographic.profile
user.demographic.race_ethnicity user.demographic.religious_belief user.demographic.sexual_orientation user.device
user.device.cookie user.device.cookie_id user.device.device_id user.device.ip_address user.financial
user.financial.bank_account user.financial.credit_card user.government_id user.government_id.birth_certificate
user.government_id.drivers_license_number user.government_id.immigration
user.government_id.national_identification_number user.government_id.passport_number
user.government_id.vehicle_registration user.health_and_medical user.health_and_medical.genetic
user.health_and_medical.insurance_beneficiary_id user.health_and_medical.record_id user.job_title user.location
user.location.imprecise user.location.precise user.name user.name.first user.name.last user.payment
user.privacy_preferences user.sensor user.social user.telemetry user.unique_id user.unique_id.pseudonymous
user.user_sensor user.workplace
""".split()
)
"""Categories of data of fideslang."""

DATA_USES = frozenset(
    """
analytics analytics.reporting analytics.reporting.ad_performance analytics.reporting.campaign_insights
analytics.reporting.content_performance analytics.reporting.system analytics.reporting.system.performance collect
employment employment.recruitment essential essential.fraud_detection essential.legal_obligation essential.service
essential.service.authentication essential.service.notifications essential.service.notifications.email
essential.service.notifications.sms essential.service.operations essential.service.operations.improve
essential.service.operations.support essential.service.payment_processing essential.service.security
essential.service.upgrades finance functional functional.service functional.service.improve functional.storage
marketing marketing.advertising marketing.advertising.first_party marketing.advertising.first_party.contextual
marketing.advertising.first_party.targeted marketing.advertising.frequency_capping
marketing.advertising.negative_targeting marketing.advertising.profiling marketing.advertising.serving
marketing.advertising.third_party marketing.advertising.third_party.targeted marketing.communications
marketing.communications.email marketing.communications.sms operations personalize personalize.content
personalize.content.limited personalize.content.profiled personalize.content.profiling personalize.system sales
third_party_sharing third_party_sharing.legal_obligation train_ai_system
""".split()
)
"""Uses of data of fideslang."""

COUNTRIES = frozenset(
    """
ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by bz ca cc
cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk fm fo fr ga gb gd
ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh
ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw
mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc
sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy
uz va vc ve vg vi vn vu wf ws ye yt za zm zw
""".split()
)
"""Countries."""
